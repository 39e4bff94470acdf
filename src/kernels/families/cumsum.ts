import type { cumsumOp } from "../../tensor/ops/cumsum.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { FamilyOf } from "./family.ts";
import { input, output } from "./family.ts";

/** Running sums along an axis: an invocation a row, or 64 where rows are few and long. */
export const cumsum: FamilyOf<typeof cumsumOp> = ({ inputs, params, adapter }) => {
  const { shape } = inputs[0]!;
  const { axis, reverse } = params;
  const count = shape[axis]!;
  const size = sizeOf(shape);
  if (size === 0) return { scratch: [], dispatches: [] };
  const rows = size / count;
  const threads = count > 64 && rows < 4096 ? 64 : 1;
  return {
    scratch: [],
    dispatches: [
      {
        file: "cumsum",
        constants: {
          ...{ ROWS: rows, COUNT: count, INNER: sizeOf(shape.slice(axis + 1)) },
          ...{ REVERSE: reverse, THREADS: threads, CHUNK: Math.ceil(count / threads) },
        },
        reads: { x: input(0) },
        writes: { y: output(0) },
        workgroups: foldWorkgroups(Math.ceil((rows * threads) / 64), adapter),
        flops: size,
      },
    ],
  };
};
