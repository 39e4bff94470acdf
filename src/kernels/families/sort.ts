import type { DType } from "../../tensor/dtype.ts";
import type { sortOp } from "../../tensor/ops/sort.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { DispatchOperand, DispatchSpec, FamilyOf } from "./family.ts";
import { input, output, scratch } from "./family.ts";

const kinds: Readonly<Partial<Record<DType, number>>> = { f32: 0, i32: 1, u32: 2 };
/** Longest row that is sorted by counting, n² comparisons, and the block to start merging from in longer ones. */
const counted = 2048;
const block = 512;

/** Stable sort along an axis: values, and the positions that they came from. */
export const sort: FamilyOf<typeof sortOp> = ({ inputs, params, adapter }) => {
  const { shape, dtype } = inputs[0]!;
  const { axis, descending } = params;
  const size = sizeOf(shape);
  if (size === 0) return { scratch: [], dispatches: [] };
  const count = shape[axis]!;
  const first = count <= counted ? count : block;
  const passes = Math.ceil(Math.log2(Math.ceil(count / first)));
  const geometry = { SIZE: size, COUNT: count, INNER: sizeOf(shape.slice(axis + 1)) };
  const order = { ...geometry, KIND: kinds[dtype]!, DESCENDING: descending };
  const workgroups = foldWorkgroups(Math.ceil(size / 64), adapter);
  // The passes write two scratch buffers in turn, the last one the output.
  const target = (pass: number): DispatchOperand => (pass === passes ? output(1) : scratch(pass % 2));
  const dispatches: DispatchSpec[] = [
    {
      file: "sort-blocks",
      constants: { ...order, BLOCK: first },
      reads: { x: input(0) },
      writes: { order: target(0) },
      workgroups,
    },
  ];
  for (let pass = 1; pass <= passes; pass++) {
    dispatches.push({
      file: "sort-merge",
      constants: { ...order, RUN: first * 2 ** (pass - 1) },
      reads: { x: input(0), sorted: target(pass - 1) },
      writes: { order: target(pass) },
      workgroups,
    });
  }
  dispatches.push({
    file: "gather",
    constants: { ...geometry, N: count, ALONG: true },
    reads: { x: input(0), indices: output(1) },
    writes: { y: output(0) },
    workgroups,
  });
  const scratches = Array.from({ length: Math.min(2, passes) }, () => ({ shape, dtype: "i32" as const }));
  return { scratch: scratches, dispatches };
};
