import type { DType } from "../dtype.ts";
import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { apply1 } from "../op.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { full } from "./creation.ts";
import { elementwiseOps } from "./elementwise-records.ts";
import type { Float } from "./signatures.ts";

// Derivatives of the gamma function's logarithm.

const checkPolygamma = parameters("polygamma", { x: kind.tensor }, { order: required(kind.count) });

/**
 * ψ⁽ⁿ⁾(x), the derivative of order n + 1 of {@link lgamma}; its gradient is ψ⁽ⁿ⁺¹⁾. ±∞ at 0, −1, −2 …; NaN below −64.
 *
 * @param x - f32, any shape.
 * @param options.order - n, 0 … 20.
 * @throws ConfigError for another order.
 * @see Abramowitz & Stegun 6.4
 * @example
 * ```ts
 * import { evaluateReference, polygamma, tensor } from "deconfound";
 * console.log((await evaluateReference(polygamma(tensor(1), { order: 1 })).item()).toFixed(4)); // 1.6449
 * ```
 */
export function polygamma<S extends Shape, D extends DType>(x: Float<S, D>, options: { order: number }): Tensor<S>;
export function polygamma(x: AnyTensor, options: { order: number }): AnyTensor {
  checkPolygamma(arguments);
  const { order } = options;
  if (order > 20) throw new ConfigError(`polygamma: order is ${order}`, ["expects 0 … 20"], captureSite());
  return apply1(elementwiseOps.polygamma, [full(x.shape, order), x], null);
}

const checkDigamma = parameters("digamma", { x: kind.tensor });

/**
 * ψ(x) = Γ′(x)/Γ(x); −∞ at 0, −1, −2 …; NaN below −64.
 * @see Abramowitz & Stegun 6.3
 * @example
 * ```ts
 * import { digamma, evaluateReference, tensor } from "deconfound";
 * console.log((await evaluateReference(digamma(tensor(1))).item()).toFixed(4)); // -0.5772
 * ```
 */
export function digamma<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function digamma(x: AnyTensor): AnyTensor {
  checkDigamma(arguments);
  return polygamma(x as Tensor, { order: 0 });
}
