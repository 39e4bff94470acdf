import type { sortOp } from "../../tensor/ops/sort.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { DispatchSpec, FamilyOf } from "./family.ts";
import { input, output, scratch } from "./family.ts";
import type { SortKey } from "./radix-sort.ts";
import { placesByCount, radixScratch, radixSort } from "./radix-sort.ts";

/**
 * Rows are sorted by counting, n² comparisons each, where that is so few in all, or rows so short: one dispatch against 24. On llvmpipe
 * 100 rows of 600 take 210 ms by counting and 29 by radix, one of 600 the same.
 */
const comparisons = 2 ** 20;
const shortRow = 32;

/** Stable sort along an axis: values, and the positions that they came from. */
export const sort: FamilyOf<typeof sortOp> = ({ inputs, params, adapter }) => {
  const { shape, dtype } = inputs[0]!;
  const { axis, descending } = params;
  const size = sizeOf(shape);
  if (size === 0) return { scratch: [], dispatches: [] };
  const count = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const rows = { rows: size / count, count, inner };
  const key: SortKey = { kind: dtype as "f32" | "i32" | "u32", descending, bits: 32, limit: 0 };
  const short = count <= shortRow || count * size <= comparisons;
  const scratches = short ? [] : radixScratch(rows, adapter);
  const order = short
    ? [placesByCount(input(0), output(1), rows, key, true, adapter)]
    : radixSort(
        input(0),
        output(1),
        rows,
        key,
        scratches.map((_, i) => scratch(i)),
        adapter,
      );
  const values: DispatchSpec = {
    file: "gather",
    constants: { SIZE: size, COUNT: count, INNER: inner, N: count, ALONG: true },
    reads: { x: input(0), indices: output(1) },
    writes: { y: output(0) },
    workgroups: foldWorkgroups(Math.ceil(size / 64), adapter),
  };
  return { scratch: scratches, dispatches: [...order, values] };
};
