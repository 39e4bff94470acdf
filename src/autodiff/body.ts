import type { BatchCall } from "../tensor/batch-rule.ts";
import type { Body } from "../tensor/body.ts";
import { topologicalOrder } from "../tensor/graph.ts";
import type { Site } from "../tensor/site.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { leaf, outputOf } from "../tensor/tensor.ts";
import { refuseAsync } from "../tensor/trace.ts";
import { flattenTree, mapTree } from "../tensor/tree.ts";

/** A function as a body, applied to tensors. */
interface Captured {
  readonly body: Body;
  /** The arguments' tensors, then those that the function took from around it. */
  readonly inputs: readonly AnyTensor[];
  /** The function's result; its tensors, in order, are the body's outputs. */
  readonly result: unknown;
}

/**
 * Calls `f` on stand-ins for the arguments' tensors and closes the program it builds: tensors that it takes from around it
 * become inputs too, so evaluators see them and gradients reach them.
 */
export function captureBody(
  name: string,
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  site: Site,
): Captured {
  const given = flattenTree(args);
  const stand: AnyTensor[] = [];
  const result = f(
    ...(mapTree(args, (tensor) => {
      const input = leaf(tensor, { kind: "input" }, tensor.node.site);
      stand.push(input);
      return input;
    }) as never[]),
  );
  refuseAsync(name, result, site);
  const { body, taken } = close(flattenTree(result), stand);
  return { body, inputs: [...given, ...taken], result };
}

/** The body of many calls. @param inputs - of all calls, of which the batched ones have a new first axis. @param program - see `BatchCall`. */
export function batchBody(
  body: Body,
  inputs: readonly AnyTensor[],
  batched: readonly boolean[],
  program: BatchCall<unknown>["program"],
): Body {
  const stands = inputs.map((input, i) =>
    batched[i] ? leaf(input, { kind: "input" }, input.node.site) : body.inputs[i]!,
  );
  const pairs = stands.flatMap((stand, i) => (batched[i] ? [[body.inputs[i]!, stand] as const] : []));
  return { inputs: stands, outputs: program(body.outputs, pairs) };
}

/**
 * Closes the program of `roots` over `stand`: other tensors that it needs become inputs. What depends on literals alone stays inside; what
 * depends on neither is computed outside.
 */
export function close(
  roots: readonly AnyTensor[],
  stand: readonly AnyTensor[],
): { body: Body; taken: readonly AnyTensor[] } {
  const inside = new Map<Node, Node>(stand.map(({ node }) => [node, node]));
  const constant = new Set<Node>();
  const taken: AnyTensor[] = [];
  const leaves: AnyTensor[] = [];
  const standsFor = new Map<Node, Map<number, AnyTensor>>();
  const follow = (tensor: AnyTensor): AnyTensor => {
    const own = inside.get(tensor.node);
    if (own !== undefined) return own === tensor.node ? tensor : outputOf(own, tensor.index);
    if (constant.has(tensor.node)) return tensor;
    const known = standsFor.get(tensor.node)?.get(tensor.index);
    if (known !== undefined) return known;
    const input = leaf(tensor, { kind: "input" }, tensor.node.site);
    standsFor.set(tensor.node, (standsFor.get(tensor.node) ?? new Map()).set(tensor.index, input));
    taken.push(tensor);
    leaves.push(input);
    return input;
  };
  for (const node of topologicalOrder(roots)) {
    if (isLiteral(node) || (node.op !== undefined && node.inputs.every((input) => constant.has(input.node)))) {
      constant.add(node);
    }
    if (node.op === undefined || !node.inputs.some((input) => inside.has(input.node))) continue;
    const inputs = node.inputs.map(follow);
    inside.set(node, inputs.every((input, i) => input === node.inputs[i]) ? node : { ...node, inputs });
  }
  const outputs = roots.map(follow);
  return { body: { inputs: [...stand, ...leaves], outputs }, taken };
}

function isLiteral({ source }: Node): boolean {
  return source?.kind === "host" && source.literal;
}
