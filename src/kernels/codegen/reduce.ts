import type { Op } from "../../tensor/op.ts";
import type { ReduceParams } from "../../tensor/ops/broadcast.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import type { BufferRef } from "../graph/buffer-ref.ts";
import { valueRef } from "../graph/buffer-ref.ts";
import { collectBindings } from "./bindings.ts";
import type { Loop } from "./coalesce.ts";
import { coalesce } from "./coalesce.ts";
import { bytesMoved, expressionCost } from "./cost.ts";
import { splitCoordinates } from "./elementwise.ts";
import { indexPrinter } from "./print-index.ts";
import { dependsOnlyOn, iterationOf } from "./print-roots.ts";
import type { Width } from "./print-value.ts";
import { valuePrinter } from "./print-value.ts";
import type { Finish, Frame, Part } from "./reduce-frame.ts";
import { columnFrame, frameStep, rowFrame } from "./reduce-frame.ts";
import { sizeTable } from "./size-table.ts";
import { sizesAreData } from "./sizes.ts";
import type { Step } from "./step.ts";
import { indicesOf, valueBuilder } from "./value.ts";

/**
 * Kernels for reductions of one iteration space over the same axes: one pass, and a second where rows are split.
 *
 * @param isStored - false for reductions that only the finish reads.
 */
export function reduceSteps(
  roots: readonly AnyTensor[],
  finish: Finish,
  isStored: (root: AnyTensor) => boolean,
  adapter: AdapterFacts,
): Step[] {
  const { axes } = roots[0]!.node.params as ReduceParams;
  const inputs = roots.map((root) => root.node.inputs[0]!);
  const full = inputs[0]!.shape;
  const kept = full.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const parts = roots.map((root): Part => {
    const { kernel } = root.node.op as unknown as Op;
    const combine = kernel !== undefined && "combine" in kernel ? kernel.combine! : "add";
    return { root, combine, dtype: root.dtype };
  });
  // iterate kept axes outside, reduced axes inside; which of the two the last memory axis is in decides the frame
  const order = [...kept, ...axes];
  const shape = order.map((axis) => full[axis]!);
  const symbols = iterationOf(shape).coordinates;
  const coordinates = full.map((_, axis) => symbols[order.indexOf(axis)]!);
  const builder = valueBuilder(finish.isMaterialised);
  const values = inputs.map((input) => builder.at(input, { coordinates }));
  const loops = coalesce(shape, indicesOf(values), new Set([kept.length]));
  const keptLoops = loops.filter((loop) => loop.axes[0]! < kept.length);
  const rowLoops = loops.filter((loop) => loop.axes[0]! >= kept.length);
  const rows = rowLoops.reduce((n, loop) => n * loop.size, 1);
  const columns = keptLoops.reduce((n, loop) => n * loop.size, 1);
  const trailing = axes.includes(full.length - 1) || full.length === 0;
  const rowWise = rowFrame(adapter);
  const useRows = trailing && rows >= Math.min(128, 8 * rowWise.lanes);
  const vectorLoop = useRows ? rowLoops[rowLoops.length - 1] : trailing ? undefined : keptLoops[keptLoops.length - 1];
  const width: Width = vectorLoop !== undefined && vectorLoop.size % 4 === 0 ? 4 : 1;
  const ordered = useRows ? [...keptLoops, ...rowLoops] : [...rowLoops, ...keptLoops];
  const nameOf = (loop: Loop): string =>
    keptLoops.includes(loop) ? `k${keptLoops.indexOf(loop)}` : `r${rowLoops.indexOf(loop)}`;
  const bindings = collectBindings(sizeTable(sizesAreData(adapter)));
  const index = indexPrinter(ordered, ordered.map(nameOf), shape, bindings.sizes);
  const keptAxes = new Set(kept.map((_, i) => i)); // in the order of iteration, kept axes come first
  const printed = valuePrinter(
    values,
    width,
    index,
    (tensor, vector) => bindings.name(valueRef(tensor), "read", vector),
    (at) => dependsOnlyOn(at, keptAxes),
  );
  const rowValues = values.map((value) => printed.print(value));
  const units = useRows ? { columns, rows: rows / width } : { columns: columns / width, rows };
  const chunks = chunkCount(units.columns, units.rows, useRows ? rowWise.lanes : 1, adapter);
  const rowsPerChunk = Math.ceil(units.rows / chunks);
  const body = {
    column: [...splitCoordinates("column", keptLoops, useRows ? 1 : width, bindings.sizes, "k"), ...printed.fixed],
    row: [...splitCoordinates("row", rowLoops, useRows ? width : 1, bindings.sizes, "r"), ...printed.varying],
    values: rowValues,
  };
  const partials: BufferRef[] = parts.map(({ dtype }) => ({
    kind: "scratch",
    type: { shape: [chunks, columns], dtype },
    id: {},
  }));
  const results = parts.map(({ root }) => (isStored(root) ? valueRef(root) : null));
  const horizontal = useRows && width === 4;
  const first = frameStep({
    ...(useRows ? rowWise : columnFrame),
    parts,
    width,
    horizontal,
    columns: units.columns,
    rows: units.rows,
    chunks,
    rowsPerChunk,
    body,
    targets: chunks === 1 ? results : partials,
    finish: chunks === 1 ? finish : null,
    bindings,
    adapter,
    costOf: (buffers, finished) => {
      const combined = { roots: values, elements: rows * columns };
      return expressionCost([combined, finished], buffers, parts.length * rows * columns);
    },
  });
  if (chunks === 1) return [first];
  return [first, secondStage(parts, partials, { results, finish }, columns, chunks, adapter)];
}

/**
 * Enough invocations to fill the adapter, of at least 16 rows each. Software adapters want few, of 64 rows, and no second dispatch
 * where that would take as long as the whole sum.
 */
function chunkCount(columns: number, rows: number, lanes: number, { adapterClass }: AdapterFacts): number {
  const software = adapterClass === "software";
  if (software && columns * rows < 1 << 14 && rows <= 1024 * lanes) return 1;
  const [wanted, fewest] = software ? [2048, 64] : [65536, 16];
  const byNeed = Math.ceil(wanted / (Math.max(1, columns) * lanes));
  const byRows = Math.max(1, Math.floor(rows / (fewest * lanes)));
  return Math.max(1, Math.min(byNeed, byRows, 1024));
}

/** Combines the chunks' partial results. */
function secondStage(
  parts: readonly Part[],
  partials: readonly BufferRef[],
  { results, finish }: { readonly results: Frame["targets"]; readonly finish: Finish },
  columns: number,
  chunks: number,
  adapter: AdapterFacts,
): Step {
  const useRows = chunks > 32;
  const width: Width = !useRows && columns % 4 === 0 ? 4 : 1;
  const bindings = collectBindings(sizeTable(sizesAreData(adapter)));
  const names = partials.map((ref) => bindings.name(ref, "read", width === 4));
  const loads = names.map((name, i) => {
    const { dtype } = parts[i]!;
    const stored = `${name}[row * columns + column]`;
    return dtype === "bool" ? `(${stored} != ${width === 1 ? "0u" : "vec4u()"})` : stored;
  });
  return frameStep({
    ...(useRows ? rowFrame(adapter) : columnFrame),
    parts,
    width,
    horizontal: false,
    columns: columns / width,
    rows: chunks,
    chunks: 1,
    rowsPerChunk: chunks,
    body: { column: ["let columns = size.columns;"], row: [], values: loads },
    targets: results,
    finish,
    bindings,
    adapter,
    costOf: (buffers, finished) => ({
      flops: expressionCost([finished], buffers, parts.length * chunks * columns).flops,
      bytes: bytesMoved(buffers, () => chunks * columns),
    }),
  });
}
