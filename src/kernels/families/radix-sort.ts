import type { TensorType } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import { runningSums } from "./cumsum.ts";
import type { DispatchOperand, DispatchSpec } from "./family.ts";

/** Rows to sort: the pairs (o, j) of (…, count, inner). */
interface SortRows {
  readonly rows: number;
  readonly count: number;
  readonly inner: number;
}

/** What elements are sorted by, as `sort-key.wgsl` knows it. */
export interface SortKey {
  readonly kind: "f32" | "i32" | "u32" | "index";
  readonly descending: boolean;
  /** Keys have this many bits. */
  readonly bits: number;
  /** Kind `index`: indices from here on, and negative ones, are equal and come last. */
  readonly limit: number;
}

const kinds = { f32: 0, i32: 1, u32: 2, index: 3 } as const;
const digitBits = 4; // DIGITS in radix-digit.wgsl

/** What all kernels that look at keys are compiled for. */
function keyConstants({ kind, descending }: SortKey): DispatchSpec["constants"] {
  return { KIND: kinds[kind], DESCENDING: descending };
}

/** Scratch buffers that {@link radixSort} uses: two orders, counts and their running sums. */
export function radixScratch(rows: SortRows, adapter: AdapterFacts): TensorType[] {
  const counts = { shape: [rows.rows, 2 ** digitBits, chunksOf(rows, adapter).chunks], dtype: "u32" } as const;
  const order = { shape: [rows.rows * rows.count], dtype: "i32" } as const;
  return [order, order, counts, counts];
}

/**
 * Positions that sort rows of x, stably, by the least significant digit first: of each pass three dispatches count the digits of each
 * chunk, add them up to places, and place the elements. Time grows with the elements, not with their square, and nothing is atomic.
 *
 * @param scratch - operands of {@link radixScratch}.
 */
export function radixSort(
  x: DispatchOperand,
  order: DispatchOperand,
  rows: SortRows,
  key: SortKey,
  scratch: readonly DispatchOperand[],
  adapter: AdapterFacts,
): DispatchSpec[] {
  const { chunk, chunks } = chunksOf(rows, adapter);
  const [even, odd, counts, ends] = scratch as [DispatchOperand, DispatchOperand, DispatchOperand, DispatchOperand];
  const constants = keyConstants(key);
  const workgroups = foldWorkgroups(Math.ceil((rows.rows * chunks) / 64), adapter);
  const passes = Math.max(1, Math.ceil(key.bits / digitBits));
  // The passes write two orders in turn, the last one the result.
  const target = (pass: number): DispatchOperand => (pass === passes ? order : pass % 2 === 0 ? even : odd);
  const dispatches = [placesByCount(x, target(0), rows, key, false, adapter)];
  for (let pass = 0; pass < passes; pass++) {
    const sizes = { ...rows, limit: key.limit, shift: pass * digitBits, chunk, chunks };
    const sorted = target(pass);
    dispatches.push(
      { file: "radix-count", constants, sizes, reads: { x, sorted }, writes: { counts }, workgroups },
      runningSums(counts, ends, { rows: rows.rows, count: 2 ** digitBits * chunks, inner: 1 }, false, adapter),
      {
        file: "radix-place",
        constants,
        sizes,
        reads: { x, sorted, counts, ends },
        writes: { order: target(pass + 1) },
        workgroups,
      },
    );
  }
  return dispatches;
}

/** Positions that sort rows of x by counting: n² comparisons. With `sorted` false, the positions as they are. */
export function placesByCount(
  x: DispatchOperand,
  order: DispatchOperand,
  rows: SortRows,
  key: SortKey,
  sorted: boolean,
  adapter: AdapterFacts,
): DispatchSpec {
  return {
    file: "sort-count",
    constants: { ...keyConstants(key), SORTED: sorted },
    sizes: { ...rows, limit: key.limit },
    reads: { x },
    writes: { order },
    workgroups: foldWorkgroups(Math.ceil((rows.rows * rows.count) / 64), adapter),
  };
}

/** Chunks of a row, one invocation each: enough to fill the adapter, of 64 elements or more. */
function chunksOf({ rows, count }: SortRows, { adapterClass }: AdapterFacts): { chunk: number; chunks: number } {
  const wanted = (adapterClass === "software" ? 512 : 4096) / rows;
  const chunk = Math.max(64, Math.ceil(count / Math.max(1, wanted)));
  return { chunk, chunks: Math.ceil(count / chunk) };
}
