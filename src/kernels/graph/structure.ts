import { topologicalOrder } from "../../tensor/graph.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { formatType, leaf, outputOf } from "../../tensor/tensor.ts";
import { programKey } from "./params-key.ts";

/** A program with its leaves taken out, so that programs of one form share one plan. */
interface Structure {
  /** Equal for programs of equal form. */
  readonly key: string;
  /** The leaves, in the order of {@link Structure.inputs}. */
  readonly leaves: readonly AnyTensor[];
  /** The same program over input leaves. */
  abstract(): { readonly inputs: readonly AnyTensor[]; readonly outputs: readonly AnyTensor[] };
}

/** @param idOf - numbers ops; one for the life of the cache that the key is for. */
export function structureOf(roots: readonly AnyTensor[], idOf: (thing: object) => number): Structure {
  const order = topologicalOrder(roots);
  const leaves = order.filter((node) => node.op === undefined);
  return {
    key: programKey(order, roots, ({ outputs }) => formatType(outputs[0]!), idOf),
    leaves: leaves.map((node) => outputOf(node, 0)),
    abstract() {
      const made = new Map<Node, Node>();
      const follow = (tensor: AnyTensor): AnyTensor => outputOf(made.get(tensor.node)!, tensor.index);
      for (const node of order) {
        if (node.op === undefined) made.set(node, leaf(node.outputs[0]!, { kind: "input" }, node.site).node);
        else made.set(node, { ...node, inputs: node.inputs.map(follow) });
      }
      return { inputs: leaves.map((node) => outputOf(made.get(node)!, 0)), outputs: roots.map(follow) };
    },
  };
}
