import { topologicalOrder } from "./graph.ts";
import type { AnyTensor, Node } from "./tensor.ts";
import { outputOf } from "./tensor.ts";

/** Rebuilds the program of `roots` with some leaf nodes replaced by tensors. */
export function substitute(roots: readonly AnyTensor[], replaced: ReadonlyMap<Node, AnyTensor>): AnyTensor[] {
  const made = new Map<Node, Node>();
  const follow = (tensor: AnyTensor): AnyTensor => {
    const direct = replaced.get(tensor.node);
    if (direct !== undefined) return direct;
    const node = made.get(tensor.node);
    return node === undefined ? tensor : outputOf(node, tensor.index);
  };
  for (const node of topologicalOrder(roots)) {
    if (node.op === undefined) continue;
    const inputs = node.inputs.map(follow);
    if (inputs.every((input, i) => input === node.inputs[i])) continue;
    made.set(node, { ...node, inputs });
  }
  return roots.map(follow);
}
