import { isFloat } from "./dtype.ts";
import { topologicalOrder } from "./graph.ts";
import type { AnyOp, Op } from "./op.ts";
import type { Expr } from "./scalar/expression.ts";
import { fold } from "./scalar/expression.ts";
import { sizeOf } from "./shape.ts";
import type { AnyTensor, Node } from "./tensor.ts";
import { leaf } from "./tensor.ts";

/**
 * Floating-point operations of a program, counted from its ops: two per multiply-add of a product or convolution (taps on padding
 * too), one per scalar function and element, one per element that a reduction takes in. What moves data or integers counts none, nor
 * does a user's own WGSL. It is the program as it was written: an evaluator that merges equal parts computes a little less.
 *
 * @param roots - what is computed; each node below them counts once.
 */
export function flopsOf(roots: readonly AnyTensor[]): number {
  return topologicalOrder(roots).reduce(
    (sum, node) => sum + (node.op === undefined ? 0 : flopsOfNode(node, node.op)),
    0,
  );
}

/** {@link flopsOf}, counted when it is first asked for. */
export function flopsOnce(roots: readonly AnyTensor[]): () => number {
  let known: number | undefined;
  return () => {
    known ??= flopsOf(roots);
    return known;
  };
}

function flopsOfNode({ inputs, outputs, params }: Node, op: AnyOp): number {
  const record = op as unknown as Op;
  if (record.flops !== undefined) return record.flops(inputs, outputs, params);
  if (record.scalar !== undefined) {
    return [...inputs, ...outputs].some(({ dtype }) => isFloat(dtype))
      ? scalarCalls(record.scalar) * sizeOf(outputs[0]!.shape)
      : 0;
  }
  if (record.expand === undefined) return 0;
  const own = inputs.map((type) => leaf(type, { kind: "input" })); // the walk ends at its inputs
  return flopsOf(record.expand(own, params));
}

/** Functions that an expression calls for one element, each shared part once. */
function scalarCalls(expr: Expr): number {
  let calls = 0;
  fold<null>(expr, [], {
    constant: () => null,
    call: () => {
      calls++;
      return null;
    },
  });
  return calls;
}
