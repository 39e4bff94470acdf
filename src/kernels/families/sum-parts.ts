import type { AdapterFacts, DispatchSpec, Lowering } from "../family.ts";
import { foldWorkgroups, output, scratch } from "../family.ts";

/** Terms of each part when `depth` is cut into about `parts`: whole steps, the last part perhaps shorter. */
export function partTerms(depth: number, parts: number, step: number): number {
  return Math.max(step, Math.ceil(depth / parts / step) * step);
}

/** A product that wrote `parts` results of `size` elements to scratch 0, and the dispatch that adds them in order. */
export function sumParts(product: DispatchSpec, parts: number, size: number, adapter: AdapterFacts): Lowering {
  const sum: DispatchSpec = {
    file: "sum-parts",
    constants: { SPLIT: parts, SIZE: size },
    reads: { x: scratch(0) },
    writes: { y: output(0) },
    workgroups: foldWorkgroups(Math.ceil(size / 64), adapter),
    flops: parts * size,
  };
  return { scratch: [{ shape: [parts, size], dtype: "f32" }], dispatches: [product, sum] };
}
