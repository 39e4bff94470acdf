import { topologicalOrder } from "../tensor/graph.ts";
import type { Op } from "../tensor/op.ts";
import type { Values } from "../tensor/reference.ts";
import { computeValues, valueOf } from "../tensor/reference.ts";
import type { AnyTensor, Node } from "../tensor/tensor.ts";
import { hostLeaf, outputOf } from "../tensor/tensor.ts";

/** A program with the values of all its nodes, in double precision. */
export interface Tape {
  readonly roots: readonly AnyTensor[];
  /** Inputs before users. */
  readonly order: readonly Node[];
  readonly values: Values;
  /** What the nodes of fused records, checkpoints and custom functions stand for. */
  readonly definitions: ReadonlyMap<Node, Definition>;
}

/** A node's definition by other ops, on leaves that hold its inputs' values. */
export interface Definition {
  readonly leaves: readonly AnyTensor[];
  readonly tape: Tape;
}

/** Computes every node of a program once. */
export function recordTape(roots: readonly AnyTensor[]): Tape {
  const order = topologicalOrder(roots);
  const every = order.flatMap((node) => node.outputs.map((_, index) => outputOf(node, index)));
  const values = computeValues(every, "f64");
  const definitions = new Map<Node, Definition>();
  for (const node of order) {
    const op = node.op as unknown as Op | undefined;
    if (op?.expand === undefined || op.vjp === null) continue;
    const leaves = node.inputs.map((input) => hostLeaf(input, valueOf(values, input)));
    definitions.set(node, { leaves, tape: recordTape(op.expand(leaves, node.params)) });
  }
  return { roots, order, values, definitions };
}
