import type { momentsOp } from "../../tensor/ops/moments.ts";
import type { Shape } from "../../tensor/shape.ts";
import { sizeOf, stridesOf } from "../../tensor/shape.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { Constant, DispatchSpec, FamilyOf } from "./family.ts";
import { input, output, scratch } from "./family.ts";

/** Mean and biased variance over some axes, in two stages; four columns per invocation where the last axis is the only one kept. */
export const moments: FamilyOf<typeof momentsOp> = ({ inputs, params, adapter }) => {
  const shape = inputs[0]!.shape;
  const { axes } = params;
  const reduced = axesOf(shape, (axis) => axes.includes(axis));
  const kept = axesOf(shape, (axis) => !axes.includes(axis));
  const rows = sizeOf(reduced.sizes);
  const columns = sizeOf(kept.sizes);
  if (columns === 0) return { scratch: [], dispatches: [] };
  const plain =
    columns % 4 === 0 &&
    shape.slice(0, -1).every((n, axis) => n === 1 || axes.includes(axis)) &&
    !axes.includes(shape.length - 1);
  const wanted = partsFor(rows, plain ? columns / 4 : columns, adapter);
  const partRows = Math.ceil(rows / wanted);
  const parts = plain ? Math.ceil(rows / partRows) : wanted;
  const partials: DispatchSpec = {
    file: plain ? "moments-rows" : "moments",
    constants: plain
      ? {}
      : {
          ...{ ROWS: rows, COLUMNS: columns, PARTS: parts },
          ...strided("REDUCED", reduced),
          ...strided("KEPT", kept),
          PARTS_FIRST: axes.includes(shape.length - 1),
        },
    ...(plain ? { sizes: { rows, quads: columns / 4, parts, part_rows: partRows } } : {}),
    reads: { x: input(0) },
    writes: { mean: scratch(0), squares: scratch(1) },
    flops: 4 * rows * columns, // sum; deviation, its square, their sum
    workgroups: foldWorkgroups(Math.ceil((parts * (plain ? columns / 4 : columns)) / 64), adapter),
  };
  const threads = parts <= 16 || adapter.adapterClass === "software" ? 1 : 64;
  const merge: DispatchSpec = {
    file: "moments-merge",
    constants: { THREADS: threads },
    sizes: { rows, columns, parts, part_rows: plain ? partRows : 0 },
    reads: { part_mean: scratch(0), part_squares: scratch(1) },
    writes: { mean: output(0), variance: output(1) },
    flops: 10 * parts * columns, // Chan's formula
    workgroups: foldWorkgroups(Math.ceil((columns * threads) / 64), adapter),
  };
  const type = { shape: [parts, columns], dtype: "f32" as const };
  return { scratch: [type, type], dispatches: [partials, merge] };
};

interface Axes {
  readonly sizes: Shape;
  readonly strides: readonly number[];
}

/** Some axes of a shape, innermost first, without those of size 1. */
function axesOf(shape: Shape, chosen: (axis: number) => boolean): Axes {
  const strides = stridesOf(shape);
  const axes = shape.map((_, axis) => axis).filter((axis) => chosen(axis) && shape[axis] !== 1);
  axes.reverse();
  return { sizes: axes.map((axis) => shape[axis]!), strides: axes.map((axis) => strides[axis]!) };
}

/** WGSL has no empty arrays: rank 0 becomes one axis of size 1. */
function strided(name: string, { sizes, strides }: Axes): Record<string, Constant> {
  const empty = sizes.length === 0;
  return {
    [`${name}_RANK`]: Math.max(1, sizes.length),
    [`${name}_SIZES`]: { u32: empty ? [1] : sizes },
    [`${name}_STRIDES`]: { u32: empty ? [0] : strides },
  };
}

/** Parts that fill the adapter, of at least 32 rows; two cores want few invocations, a card tens of thousands. */
function partsFor(rows: number, columns: number, adapter: AdapterFacts): number {
  const invocations =
    adapter.adapterClass === "software" ? 1024 : adapter.adapterClass === "integrated" ? 16384 : 65536;
  const most = adapter.adapterClass === "software" ? 256 : 1024;
  return Math.max(1, Math.min(most, Math.floor(rows / 32), Math.floor(invocations / columns)));
}
