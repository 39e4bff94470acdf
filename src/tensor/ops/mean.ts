import { normalizeAxes, sizeOf } from "../shape.ts";
import type { AnyTensor } from "../tensor.ts";
import { reductionParameters, sum } from "./broadcast.ts";
import { div, square, sub } from "./elementwise.ts";
import { checkDTypes, checkNotEmpty } from "./operand.ts";
import type { ReduceOptions, Reduction } from "./signatures.ts";

/** Number of elements that a reduction takes together. @throws ShapeError if there are none. */
export function countOver(op: string, x: AnyTensor, options: ReduceOptions = {}): number {
  checkDTypes(op, [x], ["f32"]);
  const axes = normalizeAxes(op, options.axis, x.shape.length);
  checkNotEmpty(op, x, axes);
  return sizeOf(axes.map((axis) => x.shape[axis]!));
}

const checkMean = reductionParameters("mean");
const checkVariance = reductionParameters("variance");

/**
 * Σx/n over the axes. f32.
 *
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { evaluateReference, mean, tensor } from "deconfound";
 * console.log(String(await evaluateReference(mean(tensor([[1, 2], [3, 6]]), { axis: 0 })).data())); // 2,4
 * ```
 */
export const mean: Reduction = function mean(x: AnyTensor, options?: ReduceOptions): AnyTensor {
  checkMean(arguments);
  const count = countOver("mean", x, options);
  return div(sum(x, options), count);
} as Reduction;

/**
 * The population variance Σ(x − mean)²/n over the axes, in two passes. f32. For the unbiased estimate multiply by n/(n − 1).
 *
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { evaluateReference, tensor, variance } from "deconfound";
 * console.log(String(await evaluateReference(variance(tensor([1, 3, 5, 7]))).data())); // 5
 * ```
 */
export const variance: Reduction = function variance(x: AnyTensor, options: ReduceOptions = {}): AnyTensor {
  checkVariance(arguments);
  countOver("variance", x, options);
  const centred = sub(x, mean(x, { ...options, keepDims: true }));
  return mean(square(centred), options);
} as Reduction;
