import { sizeOf } from "../../tensor/shape.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { DispatchSpec, FamilyCall, Lowering } from "./family.ts";
import { input, output, scratch } from "./family.ts";
import { fill } from "./fill.ts";
import type { SortKey } from "./radix-sort.ts";
import { radixScratch, radixSort } from "./radix-sort.ts";

/** Slices (…, count, inner) to be added into (…, n, inner). */
interface Slices {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
  readonly n: number;
}

const chunk = 128; // slices of a segment that one invocation adds

/**
 * Adds slices of input 0 at the places that the indices, input 1, name: the order that sorts the indices puts the slices of one place
 * side by side, and each such run is summed. Work grows as slices · log n, however many places and equal indices there are; the order
 * of the sums is fixed.
 *
 * @param along - each column has indices of its own, (…, count, inner); otherwise (count), one list for all.
 */
export function segmentSum(
  { inputs, outputs, adapter }: FamilyCall<unknown>,
  slices: Slices,
  along: boolean,
): Lowering {
  const { outer, count, inner, n } = slices;
  const rows = along ? { rows: outer * inner, count, inner } : { rows: 1, count, inner: 1 };
  const key: SortKey = { kind: "index", descending: false, bits: Math.ceil(Math.log2(n + 1)), limit: n };
  const sorting = radixScratch(rows, adapter);
  const order = scratch(sorting.length);
  const sums = scratch(sorting.length + 1);
  const chunks = Math.floor(count / chunk);
  const types = [
    ...sorting,
    { shape: [rows.rows * count], dtype: "i32" as const },
    { shape: [outer, chunks, inner], dtype: inputs[0]!.dtype },
  ];
  const sizes = { ...slices, chunk, chunks };
  const shared = { constants: { ALONG: along }, sizes };
  const reads = { x: input(0), indices: input(1), order };
  const ordering = radixSort(
    input(1),
    order,
    rows,
    key,
    sorting.map((_, i) => scratch(i)),
    adapter,
  );
  const ofChunks: DispatchSpec[] =
    chunks === 0
      ? []
      : [
          {
            ...{ ...shared, file: "segment-chunks", reads, writes: { y: sums } },
            workgroups: each(outer * chunks * inner, adapter),
            flops: sizeOf(inputs[0]!.shape),
          },
        ];
  const ofSegments: DispatchSpec = {
    ...{ ...shared, file: "segment-sum", reads: { ...reads, sums }, writes: { y: output(0) } },
    workgroups: each(outer * count * inner, adapter),
    flops: sizeOf(inputs[0]!.shape),
  };
  return {
    scratch: types,
    dispatches: [...fill(outputs[0]!, adapter).dispatches, ...ordering, ...ofChunks, ofSegments],
  };
}

function each(elements: number, adapter: AdapterFacts): [number, number, number] {
  return foldWorkgroups(Math.ceil(elements / 64), adapter);
}
