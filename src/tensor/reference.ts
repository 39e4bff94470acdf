import type { NumericArray, Precision } from "./dtype.ts";
import { allocate } from "./dtype.ts";
import { TraceError } from "./errors.ts";
import { topologicalOrder } from "./graph.ts";
import * as kind from "./kinds.ts";
import type { Op } from "./op.ts";
import { parameters } from "./parameters.ts";
import { evaluateScalar } from "./scalar/evaluate.ts";
import { sizeOf } from "./shape.ts";
import type { AnyTensor, Node } from "./tensor.ts";
import { hostLeaf } from "./tensor.ts";
import { mapTree, tensorsOf } from "./tree.ts";
import { evaluateView } from "./view-loops.ts";

/** Values of nodes, one array per output. */
export type Values = Map<Node, readonly NumericArray[]>;

const checkEvaluate = parameters("evaluateReference", { tree: kind.anything }, { precision: kind.oneOf("f64", "f32") });

/**
 * Runs a program on the CPU by the ops' definitions: plain loops, no fusion. Every other evaluator is checked against it.
 *
 * @param options.precision - `f64` (default) keeps f32 values in double precision; `f32` rounds after each op.
 * @returns the tree with host leaves. In `f64` their data are Float64Arrays.
 * @throws TraceError if the tree depends on an input of a traced function, or on a device's data.
 * @example
 * ```ts
 * import { evaluateReference, mul, tensor } from "deconfound";
 * const { y } = evaluateReference({ y: mul(tensor([1, 2]), 2) });
 * console.log(String(await y.data())); // 2,4
 * ```
 */
export function evaluateReference<T>(tree: T, options: { precision?: Precision | undefined } = {}): T {
  checkEvaluate(arguments);
  const roots = tensorsOf("evaluateReference", tree);
  const values = computeValues(roots, options.precision ?? "f64");
  return mapTree(tree, (tensor) => hostLeaf(tensor, valueOf(values, tensor))) as T;
}

export function valueOf(values: Values, tensor: AnyTensor): NumericArray {
  return values.get(tensor.node)![tensor.index]!;
}

/**
 * Computes all nodes that `roots` need.
 *
 * @param known - values of leaves, such as a traced function's inputs.
 * @param computed - called after each node that was not known.
 */
export function computeValues(
  roots: readonly AnyTensor[],
  precision: Precision,
  known: ReadonlyMap<Node, readonly NumericArray[]> = new Map(),
  computed?: (node: Node, outputs: readonly NumericArray[]) => void,
): Values {
  const values: Values = new Map(known);
  const order = topologicalOrder(roots);
  const users = new Map<Node, number>();
  for (const node of order) for (const input of node.inputs) users.set(input.node, (users.get(input.node) ?? 0) + 1);
  const kept = new Set(roots.map((root) => root.node));
  for (const node of order) {
    if (values.has(node)) continue;
    const outputs = computeNode(node, values, precision);
    values.set(node, outputs);
    computed?.(node, outputs);
    for (const { node: input } of node.inputs) {
      const left = users.get(input)! - 1;
      users.set(input, left);
      if (left === 0 && !kept.has(input) && !known.has(input)) values.delete(input);
    }
  }
  return values;
}

function computeNode(node: Node, values: Values, precision: Precision): readonly NumericArray[] {
  if (node.op === undefined) {
    if (node.source.kind === "host") {
      const { data } = node.source;
      if (node.outputs[0]!.dtype !== "f32") return [data];
      if (precision === "f64") return [Float64Array.from(data)];
      return [data instanceof Float64Array ? Float32Array.from(data) : data];
    }
    throw new TraceError(
      node.source.kind === "input"
        ? "evaluateReference: this is an input of a traced function, it has no value yet"
        : "evaluateReference: this tensor's data are on a device",
      [
        node.source.kind === "input"
          ? "return it from the function instead"
          : "read them first: tensor(await x.data())",
      ],
      node.site,
    );
  }
  const op = node.op as unknown as Op;
  const inputs = node.inputs.map((input) => valueOf(values, input));
  if (op.scalar !== undefined) {
    const lanes = inputs.map((data, i) => ({ data, dtype: node.inputs[i]!.dtype }));
    return [evaluateScalar(op.scalar, lanes, sizeOf(node.outputs[0]!.shape), precision)];
  }
  const outputs = node.outputs.map((type) => allocate(type.dtype, sizeOf(type.shape), precision));
  if (op.view !== undefined) {
    const type = node.outputs[0]!;
    evaluateView(op.view(node.inputs, type, node.params), inputs, node.inputs, outputs[0]!, type.shape);
    return outputs;
  }
  if (op.reference !== undefined) {
    op.reference({
      inputs,
      outputs,
      inputTypes: node.inputs,
      outputTypes: node.outputs,
      params: node.params,
      precision,
    });
    return outputs;
  }
  const leaves = node.inputs.map((type, i) => hostLeaf(type, inputs[i]!));
  const expanded = op.expand!(leaves, node.params);
  const inner = computeValues(expanded, precision, new Map(leaves.map((l, i) => [l.node, [inputs[i]!]])));
  return expanded.map((tensor) => valueOf(inner, tensor));
}
