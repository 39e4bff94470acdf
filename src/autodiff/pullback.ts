import { GradientError } from "../tensor/errors.ts";
import { topologicalOrder } from "../tensor/graph.ts";
import type { Cotangents, Op, VjpCall } from "../tensor/op.ts";
import { scalarVjp } from "../tensor/ops/derivative.ts";
import { add } from "../tensor/ops/elementwise.ts";
import { sameShape } from "../tensor/shape.ts";
import { withSite } from "../tensor/site.ts";
import { substitute } from "../tensor/substitute.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { formatType, leaf, outputOf } from "../tensor/tensor.ts";

/**
 * Reverse mode: cotangents of `wrt`, given cotangents of `outputs`. Walks the graph once, backwards, and builds the
 * gradient program; nothing is computed. null = exact zero.
 *
 * @throws GradientError if an op on the way has no rule, or its rule gives a cotangent of the wrong shape.
 */
export function pullback(
  outputs: readonly AnyTensor[],
  cotangents: readonly (AnyTensor | null)[],
  wrt: readonly AnyTensor[],
): (AnyTensor | null)[] {
  const order = topologicalOrder(outputs);
  const active = activeNodes(order, wrt);
  const cotangentsOf = new Map<Node, (AnyTensor | null)[]>();
  const addTo = (tensor: AnyTensor, g: AnyTensor | null): void => {
    if (g === null || !active.has(tensor.node)) return;
    const slots = cotangentsOf.get(tensor.node) ?? tensor.node.outputs.map(() => null);
    const sofar = slots[tensor.index]!;
    slots[tensor.index] = sofar === null ? g : add(sofar, g);
    cotangentsOf.set(tensor.node, slots);
  };
  outputs.forEach((output, i) => addTo(output, cotangents[i]!));
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]!;
    const g = cotangentsOf.get(node);
    if (g === undefined || node.op === undefined) continue;
    const wanted = node.inputs.map((input) => active.has(input.node));
    if (!wanted.includes(true)) continue; // one of `wrt`
    const back = withSite(node.site, () => nodeVjp(node, g, wanted));
    node.inputs.forEach((input, i) => {
      const cotangent = back[i] ?? null;
      if (wanted[i] && cotangent !== null) checkCotangent(node, i, input, cotangent);
      addTo(input, cotangent);
    });
  }
  return wrt.map((tensor) => cotangentsOf.get(tensor.node)?.[tensor.index] ?? null);
}

/** Nodes on a differentiable path from `wrt`. */
export function activeNodes(order: readonly Node[], wrt: readonly AnyTensor[]): Set<Node> {
  const active = new Set(wrt.map((tensor) => tensor.node));
  for (const node of order) {
    if (node.op === undefined || (node.op as unknown as Op).vjp === null) continue;
    if (node.inputs.some((input) => active.has(input.node))) active.add(node);
  }
  return active;
}

function checkCotangent(node: Node, input: number, x: AnyTensor, g: AnyTensor): void {
  const dtype = x.dtype === "f16" ? "f32" : x.dtype; // f16 is for storage: its cotangents are added up in f32
  if (g.dtype === dtype && sameShape(g.shape, x.shape)) return;
  throw new GradientError(
    `grad: the VJP of ${node.op!.name} gives ${formatType(g)} for input ${input}, which is ${formatType(x)}`,
    ["a cotangent has the shape and dtype of its input: sum over what was broadcast"],
    node.site,
  );
}

function nodeVjp(
  node: Node & { op: object },
  g: readonly (AnyTensor | null)[],
  wanted: readonly boolean[],
): Cotangents {
  const op = node.op as unknown as Op;
  const call: VjpCall<unknown> = {
    g,
    inputs: node.inputs,
    outputs: node.outputs.map((_, index) => outputOf(node, index)),
    params: node.params,
    wanted,
  };
  if (op.vjp !== undefined && op.vjp !== null) return op.vjp(call);
  if (op.scalar !== undefined) return scalarVjp(node.op, call);
  if (op.expand !== undefined) return expandedVjp(op, call);
  throw new GradientError(
    `grad: op ${op.name} has no VJP rule`,
    ["wrap it with customVjp, or stopGradient"],
    node.site,
  );
}

/** Pulls back through a fused record's definition, on fresh leaves so that the walk ends at its inputs. */
function expandedVjp(op: Op, call: VjpCall<unknown>): Cotangents {
  const standIns = call.inputs.map((input) => leaf(input, { kind: "input" }, input.node.site));
  const outputs = op.expand!(standIns, call.params);
  const back = pullback(
    outputs,
    call.g,
    standIns.filter((_, i) => call.wanted[i]),
  );
  const real = new Map(standIns.map((tensor, i) => [tensor.node, call.inputs[i]!]));
  const substituted = substitute(
    back.filter((b) => b !== null),
    real,
  )[Symbol.iterator]();
  const cotangents = back.map((b) => (b === null ? null : substituted.next().value!))[Symbol.iterator]();
  return call.wanted.map((wanted) => (wanted ? cotangents.next().value! : null));
}
