import { topologicalOrder } from "../../tensor/graph.ts";
import type { Op } from "../../tensor/op.ts";
import { withSite } from "../../tensor/site.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { outputOf } from "../../tensor/tensor.ts";
import { identifier } from "../graph/identifier.ts";
import { constantKey } from "../graph/literal.ts";
import { paramsKey } from "../graph/params-key.ts";
import { simplify } from "./simplify.ts";

/**
 * Rewrites a program for compilation: fused records that `keep` refuses become their expansion, equal nodes become one,
 * literals fold. Nodes that nothing needs vanish, since only what `roots` reach is kept.
 */
export function prepare(roots: readonly AnyTensor[], keep: (op: Op, params: unknown) => boolean): AnyTensor[] {
  const made = new Map<Node, readonly AnyTensor[]>();
  const canonical = new Map<string, Node>();
  const idOf = identifier();
  const follow = (tensor: AnyTensor): AnyTensor => made.get(tensor.node)![tensor.index]!;
  const outputsOf = (node: Node): readonly AnyTensor[] => {
    const outputs = node.outputs.map((_, index) => outputOf(node, index));
    made.set(node, outputs);
    return outputs;
  };
  const rewrite = (targets: readonly AnyTensor[]): void => {
    for (const node of topologicalOrder(targets)) {
      if (made.has(node)) continue;
      if (node.op === undefined) {
        const key = constantKey(node);
        made.set(node, outputsOf(key === null ? node : share(key, node)));
        continue;
      }
      const inputs = node.inputs.map(follow);
      const op = node.op as unknown as Op;
      if (op.expand !== undefined && !keep(op, node.params)) {
        const expanded = withSite(node.site, () => op.expand!(inputs, node.params));
        rewrite(expanded);
        made.set(node, expanded.map(follow));
        continue;
      }
      const params = prepareLoop(op, node.params, keep);
      const simple = withSite(node.site, () => simplify(op, inputs, node.outputs[0]!));
      if (simple !== null) {
        rewrite([simple]);
        made.set(node, [follow(simple)]);
        continue;
      }
      const key = `${idOf(op)}(${inputs.map((input) => `${idOf(input.node)}.${input.index}`)})${paramsKey(params, idOf)}`;
      const same = params === node.params && inputs.every((input, i) => input === node.inputs[i]);
      made.set(node, outputsOf(share(key, same ? node : { ...node, inputs, params })));
    }
  };
  const share = (key: string, node: Node): Node => {
    const known = canonical.get(key);
    if (known !== undefined) return known;
    canonical.set(key, node);
    return node;
  };
  rewrite(roots);
  return roots.map(follow);
}

/** The params of a loop with its body prepared; those of other nodes as they are. */
function prepareLoop(op: Op, params: unknown, keep: (op: Op, params: unknown) => boolean): unknown {
  if (op.kernel === undefined || !("loop" in op.kernel)) return params;
  const loop = op.kernel.loop(params);
  return { ...loop, body: { inputs: loop.body.inputs, outputs: prepare(loop.body.outputs, keep) } };
}
