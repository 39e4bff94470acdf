import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { DispatchSpec, Lowering } from "./family.ts";
import { output, scratch } from "./family.ts";

/** Terms of each part when `depth` is cut into about `parts`: whole steps, the last part perhaps shorter. */
export function partTerms(depth: number, parts: number, step: number): number {
  return Math.max(step, Math.ceil(depth / parts / step) * step);
}

const mostTerms = 4096; // of one f32 sum: each step may lose half a unit in the last place

/**
 * Terms of the blocks and of the groups of blocks that kernels sum by themselves, multiples of four; a short sum is one block. As many
 * terms, blocks and groups: of a million terms no sum has more than 65 steps of four.
 */
export function blocksOf(terms: number): { readonly block: number; readonly group: number } {
  if (terms <= mostTerms) return { block: Math.ceil(terms / 4) * 4, group: Math.ceil(terms / 4) * 4 };
  const steps = Math.ceil(Math.cbrt(terms / 4));
  return { block: 4 * steps, group: 4 * steps ** 2 };
}

/** A product that wrote `parts` results of `size` elements to scratch 0, and the dispatch that adds them in order. */
export function sumParts(product: DispatchSpec, parts: number, size: number, adapter: AdapterFacts): Lowering {
  const quads = size % 4 === 0;
  const count = quads ? size / 4 : size;
  const sum: DispatchSpec = {
    file: quads ? "sum-part-quads" : "sum-parts",
    constants: {},
    sizes: { split: parts, count },
    reads: { x: scratch(0) },
    writes: { y: output(0) },
    workgroups: foldWorkgroups(Math.ceil(count / 64), adapter),
    flops: parts * size,
  };
  return { scratch: [{ shape: [parts, size], dtype: "f32" }], dispatches: [product, sum] };
}
