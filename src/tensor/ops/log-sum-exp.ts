import { nextAxes } from "../batch-rule.ts";
import type { Op } from "../op.ts";
import { defineOp } from "../op.ts";
import type { AnyTensor } from "../tensor.ts";
import type { ReduceParams } from "./broadcast.ts";
import { reducedShape, reduceSamples, reduction, reductionParameters, sum } from "./broadcast.ts";
import { add, div, equal, exp, isFinite, log, log1p, mul, sub } from "./elementwise.ts";
import { max } from "./extremum.ts";
import { countOver } from "./mean.ts";
import { checkAxes, checkDTypes } from "./operand.ts";
import { reshape } from "./reshape.ts";
import { where } from "./select.ts";
import type { ReduceOptions, Reduction } from "./signatures.ts";

/** x where it is finite, else 0: a shift that −∞ cannot turn into NaN. */
const finiteShift = (x: AnyTensor): AnyTensor => where(isFinite(x), x, 0);

/** The maximum over the axes, which keep size 1. */
const shiftOf = (x: AnyTensor, axes: readonly number[]): AnyTensor =>
  finiteShift(max(x, { axis: axes, keepDims: true }));

/**
 * ln Σ exp(below) over the axes, of numbers whose maximum is 0. As ln(1 + rest), with the powers of zeros counted instead of added, so
 * that a rest far below 1 keeps its digits. Its first derivative is right, where zeros tie too; its second is not.
 */
export function logTotal(below: AnyTensor, options: ReduceOptions): AnyTensor {
  const isLargest = equal(below, 0);
  const rest = sum(where(isLargest, 0, exp(below)), options);
  const largest = sum(where(isLargest, add(1, below), 0), options); // 1 + below is 1 here, and moves as exp does
  return log1p(add(rest, sub(largest, 1)));
}

const keep = (y: AnyTensor, x: AnyTensor, { axes }: ReduceParams): AnyTensor =>
  reshape(
    y,
    x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
  );

export const logSumExpOp: Op<ReduceParams> = defineOp<ReduceParams>({
  name: "logSumExp",
  infer: ([x], { axes }) => {
    const dtype = checkDTypes("logSumExp", [x!], ["f32"]);
    checkAxes("logSumExp", x!, axes);
    return [{ shape: reducedShape(x!.shape, axes), dtype }];
  },
  expand: ([x], { axes }) => {
    if (axes.some((axis) => x!.shape[axis] === 0)) return [log(sum(exp(x!), { axis: axes }))];
    const shift = shiftOf(x!, axes);
    const total = logTotal(sub(x!, shift), { axis: axes });
    return [add(total, reshape(shift, total.shape))];
  },
  // softmax by the powers, not exp(x − y): y is rounded, by 0.03 at 10⁶
  vjp: ({ g: [g], inputs: [x], params }) => {
    if (params.axes.some((axis) => x!.shape[axis] === 0)) return [x!];
    const powers = exp(sub(x!, shiftOf(x!, params.axes)));
    const total = sum(powers, { axis: params.axes, keepDims: true });
    const share = div(keep(g!, x!, params), where(equal(total, 0), 1, total)); // 0: nothing but −∞
    return [mul(share, powers)];
  },
  batch: nextAxes,
  samples: () => reduceSamples({ kind: "distinct" }),
});

/**
 * ln Σ eˣ over the axes, without overflow. −∞ counts as nothing: a sum of nothing but −∞ (or of no elements) is −∞, with gradient 0.
 * The gradient is the softmax. With ∞ among the elements the result is ∞, and the gradient of each infinite one NaN, as ∞/∞ is.
 * @example
 * ```ts
 * import { evaluateReference, logSumExp, tensor } from "deconfound";
 * console.log((await evaluateReference(logSumExp(tensor([1000, 1000]))).item()).toFixed(4)); // 1000.6931
 * ```
 */
export const logSumExp: Reduction = reduction(logSumExpOp);

const checkLogMeanExp = reductionParameters("logMeanExp");

/**
 * ln (Σ eˣ / n) over the axes, without overflow.
 *
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { evaluateReference, logMeanExp, tensor } from "deconfound";
 * console.log((await evaluateReference(logMeanExp(tensor([1000, 1000]))).item()).toFixed(1)); // 1000.0
 * ```
 */
export const logMeanExp: Reduction = function logMeanExp(x: AnyTensor, options?: ReduceOptions): AnyTensor {
  checkLogMeanExp(arguments);
  const count = countOver("logMeanExp", x, options);
  return sub(logSumExp(x, options), Math.log(count));
} as Reduction;
