import { GradientError } from "../tensor/errors.ts";
import { topologicalOrder } from "../tensor/graph.ts";
import type { Cotangents, Op, VjpCall } from "../tensor/op.ts";
import { add } from "../tensor/ops/elementwise.ts";
import { scalarVjp } from "../tensor/ops/derivative.ts";
import { withSite } from "../tensor/site.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { leaf, outputOf } from "../tensor/tensor.ts";

/**
 * Reverse mode: cotangents of `wrt`, given cotangents of `outputs`. Walks the graph once, backwards, and builds the
 * gradient program; nothing is computed. null = exact zero.
 */
export function pullback(
  outputs: readonly AnyTensor[],
  cotangents: readonly (AnyTensor | null)[],
  wrt: readonly AnyTensor[],
): (AnyTensor | null)[] {
  const order = topologicalOrder(outputs);
  const active = activeNodes(order, wrt);
  const gathered = new Map<Node, (AnyTensor | null)[]>();
  const give = (tensor: AnyTensor, g: AnyTensor | null): void => {
    if (g === null || !active.has(tensor.node)) return;
    const slots = gathered.get(tensor.node) ?? tensor.node.outputs.map(() => null);
    const sofar = slots[tensor.index]!;
    slots[tensor.index] = sofar === null ? g : add(sofar, g);
    gathered.set(tensor.node, slots);
  };
  outputs.forEach((output, i) => give(output, cotangents[i]!));
  const targets = new Set(wrt.map((tensor) => tensor.node));
  for (const node of [...order].reverse()) {
    const g = gathered.get(node);
    if (g === undefined || node.op === undefined) continue;
    const onlyTarget = targets.has(node) && !node.inputs.some((input) => active.has(input.node));
    if (onlyTarget) continue;
    const back = withSite(node.site, () => nodeVjp(node, g, active));
    node.inputs.forEach((input, i) => give(input, back[i] ?? null));
  }
  return wrt.map((tensor) => gathered.get(tensor.node)?.[tensor.index] ?? null);
}

/** Nodes on a path from `wrt`. */
function activeNodes(order: readonly Node[], wrt: readonly AnyTensor[]): Set<Node> {
  const active = new Set(wrt.map((tensor) => tensor.node));
  for (const node of order) if (node.inputs.some((input) => active.has(input.node))) active.add(node);
  return active;
}

function nodeVjp(node: Node & { op: object }, g: readonly (AnyTensor | null)[], active: ReadonlySet<Node>): Cotangents {
  const op = node.op as unknown as Op;
  const call: VjpCall<unknown> = {
    g,
    inputs: node.inputs,
    outputs: node.outputs.map((_, index) => outputOf(node, index)),
    params: node.params,
  };
  if (op.vjp !== undefined) {
    if (op.vjp !== null) return op.vjp(call);
    return node.inputs.map(() => null);
  }
  if (op.scalar !== undefined) return scalarVjp(node.op, call);
  if (op.expand !== undefined) return expandedVjp(op, call, active);
  throw new GradientError(
    `grad: op ${op.name} has no VJP rule`,
    ["wrap it with customVjp, or stopGradient"],
    node.site,
  );
}

/** Pulls back through a fused record's definition, on fresh leaves so that the walk ends at its inputs. */
function expandedVjp(op: Op, call: VjpCall<unknown>, active: ReadonlySet<Node>): Cotangents {
  const stand = call.inputs.map((input) => leaf(input, { kind: "input" }, input.node.site));
  const outputs = op.expand!(stand, call.params);
  const wanted = stand.filter((_, i) => active.has(call.inputs[i]!.node));
  const back = pullback(outputs, call.g, wanted);
  const real = new Map(stand.map((tensor, i) => [tensor.node, call.inputs[i]!]));
  const substituted = substitute(
    back.filter((b) => b !== null),
    real,
  );
  let next = 0;
  const given = new Map(wanted.map((tensor, i) => [tensor, back[i] === null ? null : substituted[next++]!]));
  return stand.map((tensor) => given.get(tensor) ?? null);
}

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
