import type { AnyTensor, Node } from "./tensor.ts";

/**
 * Nodes that `roots` need, inputs before users. Iterative: chains of 10⁵ nodes are fine.
 *
 * @param inputsOf - what a node needs.
 */
export function topologicalOrder(
  roots: readonly AnyTensor[],
  inputsOf: (node: Node) => readonly AnyTensor[] = (node) => node.inputs,
): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  const stack: Node[] = [];
  for (const root of roots) {
    stack.push(root.node);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const seen = state.get(node);
      if (seen === undefined) {
        state.set(node, "open");
        const inputs = inputsOf(node);
        for (let i = inputs.length - 1; i >= 0; i--) {
          const input = inputs[i]!.node;
          if (!state.has(input)) stack.push(input);
        }
      } else {
        stack.pop();
        if (seen === "open") order.push(node);
        state.set(node, "done");
      }
    }
  }
  return order;
}
