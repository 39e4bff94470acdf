import { evaluateReference } from "../../src/tensor/reference.ts";
import { isTensor } from "../../src/tensor/tensor.ts";
import { mapLeaves } from "../../src/tensor/tree.ts";

/** A tree's tensors as plain arrays of their float64 reference values. */
export function values(tree: unknown): unknown {
  return mapLeaves(evaluateReference(tree), (leaf) => {
    if (!isTensor(leaf)) return leaf;
    const source = leaf.node.source;
    if (source?.kind !== "host") throw new Error("not evaluated");
    return [...source.data].map((x) => x + 0); // no −0
  });
}
