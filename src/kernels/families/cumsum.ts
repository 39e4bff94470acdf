import type { cumsumOp } from "../../tensor/ops/cumsum.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { DispatchOperand, DispatchSpec, FamilyOf } from "./family.ts";
import { input, output } from "./family.ts";

/** Running sums along an axis: one invocation per row, or 64 where rows are few and long. */
export const cumsum: FamilyOf<typeof cumsumOp> = ({ inputs, params, adapter }) => {
  const { shape } = inputs[0]!;
  const { axis, reverse } = params;
  const size = sizeOf(shape);
  if (size === 0) return { scratch: [], dispatches: [] };
  const count = shape[axis]!;
  const rows = { rows: size / count, count, inner: sizeOf(shape.slice(axis + 1)) };
  return { scratch: [], dispatches: [runningSums(input(0), output(0), rows, reverse, adapter)] };
};

/** Running sums of rows, the pairs (o, j) of (…, count, inner). */
export function runningSums(
  x: DispatchOperand,
  y: DispatchOperand,
  { rows, count, inner }: { readonly rows: number; readonly count: number; readonly inner: number },
  reverse: boolean,
  adapter: AdapterFacts,
): DispatchSpec {
  const threads = count > 64 && rows < 4096 ? 64 : 1;
  return {
    file: "cumsum",
    constants: {
      ...{ ROWS: rows, COUNT: count, INNER: inner },
      ...{ REVERSE: reverse, THREADS: threads, CHUNK: Math.ceil(count / threads) },
    },
    reads: { x },
    writes: { y },
    workgroups: foldWorkgroups(Math.ceil((rows * threads) / 64), adapter),
    flops: rows * count,
  };
}
