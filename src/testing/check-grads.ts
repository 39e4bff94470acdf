import { captureSite } from "../tensor/site.ts";
import { checkDerivatives } from "./check-derivatives.ts";

export interface CheckGradsOptions {
  /** Derivatives to check: 1 the gradient, 2 also the gradient of the gradient, … @defaultValue 1 */
  readonly order?: number | undefined;
  /** Allowed |Δ| relative to the terms of the projection, Σ|gᵢvᵢ|. @defaultValue 1e-6, as numbers in formulas are f32 */
  readonly rtol?: number | undefined;
  /** Allowed |Δ| besides. @defaultValue 0; what rounding may have done is allowed in any case */
  readonly atol?: number | undefined;
  /**
   * `random`: a few projections of the whole gradient. `full`: every element of the Jacobian by itself, so that no small one can hide
   * behind large ones; for small inputs and outputs, as it takes a pass for each pair of them. @defaultValue "random"
   */
  readonly mode?: "random" | "full" | undefined;
  /** Random projections per order; every second one is scaled by the inputs' sizes. @defaultValue 2 */
  readonly directions?: number | undefined;
  /** Of the random projections. @defaultValue 0 */
  readonly seed?: number | undefined;
  /**
   * What `stopGradient(x)` is for the check: `value`, so that leaving out its derivative is an error, or `constant`, for functions that
   * stop gradients on purpose. @defaultValue "value"
   */
  readonly stopGradient?: "value" | "constant" | undefined;
}

/**
 * Checks that the derivatives of `f` are those of its values. The VJPs' gradient is projected on random directions and compared with
 * forward mode (dual numbers in double precision through the same program, without any VJP), and the derivatives of elementwise ops
 * with adaptive differences. No step size is chosen, so inputs of any scale can be checked.
 *
 * Three answers: it returns (right), or throws "wrong …", or throws "cannot decide …", where no derivative exists or none is finite.
 *
 * @param f - any function to a tree of tensors; its f32 outputs are projected by random weights.
 * @param inputs - list of arguments. f32 tensors are differentiated; all else stays fixed.
 * @throws GradientError naming the argument and an element that is wrong, its derivatives, the op whose own VJP is wrong there, and
 *   how to replay; the op that first makes a cotangent which is not finite; the op at whose tie or bend the inputs lie; or that `f`
 *   gives different values for equal inputs. ConfigError for options and arguments of a wrong kind.
 * @example
 * ```ts
 * import { mul, sum, tanh, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * import { checkGrads } from "deconfound/testing";
 *
 * const loss = (w: Tensor, x: Tensor): Tensor => sum(tanh(mul(w, x)));
 * checkGrads(loss, [tensor([0.5, -2]), tensor([1e-3, 40])], { order: 2 });
 * console.log("right"); // right
 * ```
 */
export function checkGrads<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  inputs: A,
  options: CheckGradsOptions = {},
): void {
  checkDerivatives({ name: "checkGrads", verdict: [], site: captureSite() }, f, inputs, options);
}
