import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxes } from "../shape.ts";
import type { Check, Reduce } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { reductionParameters, sum } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { abs, equal, notEqual, pow, sqrt, square, sub } from "./elementwise.ts";
import { max, min } from "./extremum.ts";
import { countOver, variance } from "./mean.ts";
import { checkDTypes } from "./operand.ts";
import { expandDims } from "./reshape.ts";
import { where } from "./select.ts";
import type { Reduced, ReduceOptions, Reduction } from "./signatures.ts";

/** f(x), but 0 with gradient 0 where x = 0: f would have an infinite slope there. */
function awayFromZero(x: AnyTensor, f: (x: AnyTensor) => AnyTensor): AnyTensor {
  const isZero = equal(x, 0);
  return where(isZero, 0, f(where(isZero, 1, x) as AnyTensor));
}

const checkStd = reductionParameters("std");

/**
 * The population standard deviation over the axes, √ of {@link variance}. f32. The gradient is 0 where all elements are equal.
 *
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { evaluateReference, std, tensor } from "deconfound";
 * console.log(String(await evaluateReference(std(tensor([[1, 3], [4, 4]]), { axis: 1 })).data())); // 1,0
 * ```
 */
export const std: Reduction = function std(x: AnyTensor, options: ReduceOptions = {}): AnyTensor {
  checkStd(arguments);
  countOver("std", x, options);
  return awayFromZero(variance(x, options), sqrt);
} as Reduction;

/** Which norm: Σ|x|ᵖ to the power 1/p; 0 counts what is not 0, ±∞ are the largest and the least |x|. */
export interface NormOptions extends ReduceOptions {
  /** p. @defaultValue 2 */
  readonly ord?: number | undefined;
}

const checkNorm = parameters("norm", { x: kind.tensor }, { ord: kind.number, axis: kind.axes, keepDims: kind.flag });

/**
 * The norm (Σ|x|ᵖ)^(1/p) over the axes, of all of them together. f32. Of order 2 (of a matrix: Frobenius) the gradient is x/‖x‖, and 0 at
 * x = 0. Squares overflow beyond 1.8e19.
 *
 * @param options.ord - p ≠ 0; 0 counts the elements that are not 0, ∞ is the largest |x|, −∞ the least. @defaultValue 2
 * @throws ShapeError of order ±∞ over an empty axis.
 * @example
 * ```ts
 * import { evaluateReference, norm, tensor } from "deconfound";
 * console.log(String(await evaluateReference(norm(tensor([[3, 4], [0, 0]]), { axis: 1 })).data())); // 5,0
 * ```
 */
export function norm<X extends AnyTensor, const O extends NormOptions = Record<never, never>>(
  x: X,
  options?: O & Check<Reduce<X["shape"], O>>,
): Reduced<X, O, "f32">;
export function norm(x: AnyTensor, options: NormOptions = {}): AnyTensor {
  checkNorm(arguments);
  checkDTypes("norm", [x], ["f32"]);
  const { ord = 2, keepDims } = options;
  const over = { axis: normalizeAxes("norm", options.axis, x.shape.length), keepDims };
  if (ord === 2) return awayFromZero(sum(square(x), over), sqrt);
  if (ord === 1) return sum(abs(x), over);
  if (ord === 0) return sum(cast(notEqual(x, 0), "f32"), over);
  if (ord === Number.POSITIVE_INFINITY) return max(abs(x), over);
  if (ord === Number.NEGATIVE_INFINITY) return min(abs(x), over);
  return awayFromZero(sum(pow(abs(x), ord), over), (total) => pow(total, 1 / ord));
}

const checkDistance = parameters(
  "pairwiseDistance",
  { a: kind.tensor, b: kind.tensor },
  { ord: kind.number, squared: kind.flag },
);

/**
 * The distance of each row of `a` from each row of `b`, by differences: exact for near rows, and 0 with gradient 0 for equal ones.
 *
 * @param a - `(…, n, d)`, f32.
 * @param b - `(…, m, d)`, f32.
 * @param options.ord - order of the {@link norm}. @defaultValue 2
 * @param options.squared - the square of the distance, smooth everywhere; of order 2 only. @defaultValue false
 * @returns `(…, n, m)`.
 * @throws ConfigError for the square of another order.
 * @example
 * ```ts
 * import { evaluateReference, pairwiseDistance, tensor } from "deconfound";
 * const d = pairwiseDistance(tensor([[0, 0], [3, 0]]), tensor([[0, 4]]));
 * console.log(String(await evaluateReference(d).data())); // 4,5
 * ```
 */
export function pairwiseDistance<N extends number, M extends number, K extends number>(
  a: Tensor<readonly [N, K]>,
  b: Tensor<readonly [M, K]>,
  options?: { ord?: number | undefined; squared?: boolean | undefined },
): Tensor<[N, M]>;
export function pairwiseDistance(
  a: Tensor,
  b: Tensor,
  options?: { ord?: number | undefined; squared?: boolean | undefined },
): Tensor;
export function pairwiseDistance(
  a: AnyTensor,
  b: AnyTensor,
  options: { ord?: number | undefined; squared?: boolean | undefined } = {},
): AnyTensor {
  checkDistance(arguments);
  const { ord = 2, squared = false } = options;
  if (squared && ord !== 2) {
    throw new ConfigError(`pairwiseDistance: squared with ord ${ord}`, ["squared is for order 2"], captureSite());
  }
  const difference = sub(expandDims(a, { axis: -2 }), expandDims<AnyTensor>(b, { axis: -3 }) as never) as Tensor<Shape>;
  return squared ? sum(square(difference), { axis: -1 }) : norm(difference, { ord, axis: -1 });
}
