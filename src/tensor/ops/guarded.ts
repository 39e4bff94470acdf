import type { DType } from "../dtype.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import {
  abs,
  add,
  div,
  equal,
  exp2,
  floor,
  greater,
  greaterEqual,
  isFinite,
  isInf,
  isNaN,
  log2,
  logicalAnd,
  maximum,
  mul,
  softplus,
  sqrt,
  square,
  sub,
} from "./elementwise.ts";
import { asTensors } from "./operand.ts";
import { where } from "./select.ts";
import type { Beside, Float, Joined, Operand } from "./signatures.ts";

// Elementwise functions that are made of others and guard the points where these would overflow or be NaN.

const checkHypot = parameters("hypot", { a: kind.operand, b: kind.operand });

/**
 * √(a² + b²), broadcast, without overflow of the squares. NaN if either is. The gradient is 0 at the origin.
 * @example
 * ```ts
 * import { evaluateReference, hypot, tensor } from "deconfound";
 * console.log(String(await evaluateReference(hypot(tensor([3, 0]), tensor([4, 0]))).data())); // 5,0
 * ```
 */
export function hypot<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Joined<A, B>;
export function hypot(a: Operand, b: Operand): AnyTensor {
  checkHypot(arguments);
  const [x, y] = asTensors([a, b]) as [AnyTensor, AnyTensor];
  const largest = maximum(abs(x), abs(y));
  const isOrdinary = logicalAnd(isFinite(largest), greater(largest, 1e-37));
  // a power of two: floor has no gradient, and none is needed, since the factor cancels
  const unit = exp2(floor(log2(where(isOrdinary, largest, 1))));
  const squares = add(square(div(x, unit)), square(div(y, unit)));
  const isZero = equal(squares, 0);
  return mul(unit, where(isZero, 0, sqrt(where(isZero, 1, squares))));
}

const checkLogAddExp = parameters("logAddExp", { a: kind.operand, b: kind.operand });

/**
 * ln(eᵃ + eᵇ), broadcast, without overflow. −∞ counts as nothing. NaN if either is.
 * @example
 * ```ts
 * import { evaluateReference, logAddExp, tensor } from "deconfound";
 * console.log((await evaluateReference(logAddExp(tensor(1000), 1000)).item()).toFixed(4)); // 1000.6931
 * ```
 */
export function logAddExp<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Joined<A, B>;
export function logAddExp(a: Operand, b: Operand): AnyTensor {
  checkLogAddExp(arguments);
  const [x, y] = asTensors([a, b]) as [AnyTensor, AnyTensor];
  const isSame = logicalAnd(isInf(x), equal(x, y)); // ∞ − ∞
  const above = where(isSame, 0, sub(y, x));
  // each branch is smooth where they meet, so that ties share the gradient
  return where(greaterEqual(x, y), add(x, softplus(above)), add(y, softplus(mul(above, -1))));
}

const checkNanToNum = parameters(
  "nanToNum",
  { x: kind.tensor },
  { nan: kind.number, posInf: kind.number, negInf: kind.number },
);
const largest = 3.4028234663852886e38;

/**
 * x with NaN and ±∞ replaced; the gradient of a replaced element is 0.
 *
 * @param options.nan - @defaultValue 0
 * @param options.posInf - in place of ∞. @defaultValue the largest f32
 * @param options.negInf - in place of −∞. @defaultValue the lowest f32
 * @example
 * ```ts
 * import { evaluateReference, nanToNum, tensor } from "deconfound";
 * console.log(String(await evaluateReference(nanToNum(tensor([1, NaN, Infinity]), { posInf: 9 })).data())); // 1,0,9
 * ```
 */
export function nanToNum<S extends Shape, D extends DType>(
  x: Float<S, D>,
  options?: { nan?: number | undefined; posInf?: number | undefined; negInf?: number | undefined },
): Tensor<S>;
export function nanToNum(
  x: AnyTensor,
  options: { nan?: number | undefined; posInf?: number | undefined; negInf?: number | undefined } = {},
): AnyTensor {
  checkNanToNum(arguments);
  const { nan = 0, posInf = largest, negInf = -largest } = options;
  const end = where(greater(x, 0), posInf, negInf);
  return where(isNaN(x), nan, where(isInf(x), end as Tensor, x));
}
