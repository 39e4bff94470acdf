import type { DType } from "../dtype.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { add, atan2, copySign, cos, div, less, log1p, log2, mul, neg, sin, sqrt, sub } from "./elementwise.ts";
import type { Float } from "./signatures.ts";

// Elementwise functions of one tensor that are made of others: their gradients, of any order, come from there.

/** √(1 − x²) without cancellation. */
const cosineOf = (x: AnyTensor): AnyTensor => sqrt(mul(sub(1, x), add(1, x)));

const checkReciprocal = parameters("reciprocal", { x: kind.tensor });

/**
 * 1/x; ±∞ at 0. f32.
 * @example
 * ```ts
 * import { evaluateReference, reciprocal, tensor } from "deconfound";
 * console.log(String(await evaluateReference(reciprocal(tensor([4, -0.5]))).data())); // 0.25,-2
 * ```
 */
export function reciprocal<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function reciprocal(x: AnyTensor): AnyTensor {
  checkReciprocal(arguments);
  return div(1, x);
}

const checkLog10 = parameters("log10", { x: kind.tensor });

/**
 * The logarithm to base 10; −∞ at 0, NaN below.
 * @example
 * ```ts
 * import { evaluateReference, log10, tensor } from "deconfound";
 * console.log((await evaluateReference(log10(tensor(1000))).item()).toFixed(4)); // 3.0000
 * ```
 */
export function log10<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function log10(x: AnyTensor): AnyTensor {
  checkLog10(arguments);
  return mul(log2(x), Math.LOG10E * Math.LN2);
}

const checkTan = parameters("tan", { x: kind.tensor });

/**
 * tan x = sin x/cos x, x in radians, every finite x. The absolute error is about 2⁻²¹·(1 + tan² x): near a pole few digits are left.
 * @example
 * ```ts
 * import { evaluateReference, tan, tensor } from "deconfound";
 * console.log((await evaluateReference(tan(tensor(1))).item()).toFixed(4)); // 1.5574
 * ```
 */
export function tan<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function tan(x: AnyTensor): AnyTensor {
  checkTan(arguments);
  return div(sin(x), cos(x));
}

const checkAtan = parameters("atan", { x: kind.tensor });

/**
 * The angle in [−π/2, π/2] whose tangent is x.
 * @example
 * ```ts
 * import { atan, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(atan(tensor(1))).item()).toFixed(4)); // 0.7854
 * ```
 */
export function atan<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function atan(x: AnyTensor): AnyTensor {
  checkAtan(arguments);
  return atan2(x, 1);
}

const checkAsin = parameters("asin", { x: kind.tensor });

/**
 * The angle in [−π/2, π/2] whose sine is x, −1 ≤ x ≤ 1; NaN beyond. The gradient is infinite at ±1.
 * @example
 * ```ts
 * import { asin, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(asin(tensor(0.5))).item()).toFixed(4)); // 0.5236
 * ```
 */
export function asin<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function asin(x: AnyTensor): AnyTensor {
  checkAsin(arguments);
  return atan2(x, cosineOf(x));
}

const checkAcos = parameters("acos", { x: kind.tensor });

/**
 * The angle in [0, π] whose cosine is x, −1 ≤ x ≤ 1; NaN beyond. The gradient is infinite at ±1.
 * @example
 * ```ts
 * import { acos, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(acos(tensor(0.5))).item()).toFixed(4)); // 1.0472
 * ```
 */
export function acos<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function acos(x: AnyTensor): AnyTensor {
  checkAcos(arguments);
  return atan2(cosineOf(x), x);
}

const checkAtanh = parameters("atanh", { x: kind.tensor });

/**
 * The inverse of {@link tanh}, ½·ln((1 + x)/(1 − x)), exact near 0; ±∞ at ±1, NaN beyond.
 * @example
 * ```ts
 * import { atanh, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(atanh(tensor(0.5))).item()).toFixed(4)); // 0.5493
 * ```
 */
export function atanh<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function atanh(x: AnyTensor): AnyTensor {
  checkAtanh(arguments);
  return mul(sub(log1p(x), log1p(neg(x))), 0.5);
}

const checkSignBit = parameters("signBit", { x: kind.tensor });

/**
 * Whether the sign is negative, that of −0 too. Of NaN it may be either. f32 to bool.
 * @example
 * ```ts
 * import { evaluateReference, signBit, tensor } from "deconfound";
 * console.log(String(await evaluateReference(signBit(tensor([2, -3]))).data())); // 0,1
 * ```
 */
export function signBit<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S, "bool">;
export function signBit(x: AnyTensor): AnyTensor {
  checkSignBit(arguments);
  return less(copySign(1, x), 0);
}
