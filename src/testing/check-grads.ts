import { ConfigError } from "../tensor/errors.ts";
import { identity } from "../tensor/ops/identity.ts";
import type { Site } from "../tensor/site.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { directions, scaledDirections } from "./directions.ts";
import type { Finding } from "./finding.ts";
import type { ForwardOptions } from "./forward.ts";
import { reportDerivative, reportKink, reportNotFinite, reportUndecided, reportWrong } from "./gradient-report.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import { underflow } from "./motion.ts";
import { wrongDerivative } from "./scalar-derivatives.ts";
import type { Loss } from "./scalar-function.ts";
import { alongDirection, gradientOf, lossAt } from "./scalar-function.ts";
import { slopeAlong } from "./slope.ts";
import { variablesOf } from "./variables.ts";

export interface CheckGradsOptions {
  /** Derivatives to check: 1 the gradient, 2 also the gradient of the gradient, … @defaultValue 1 */
  readonly order?: number | undefined;
  /** Allowed |Δ| relative to the terms of the projection, Σ|gᵢvᵢ|. @defaultValue 1e-6, as numbers in formulas are f32 */
  readonly rtol?: number | undefined;
  /** Allowed |Δ| besides. @defaultValue 0; what rounding may have done is allowed in any case */
  readonly atol?: number | undefined;
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
  const site = captureSite();
  const { order = 1, rtol = 1e-6, atol = 0, seed = 0 } = options;
  const count = options.directions ?? 2;
  checkOptions({ order, directions: count }, { rtol, atol }, site);
  const { tensors, names, call } = variablesOf("checkGrads", f, inputs, site);
  const weights = directions(call(tensors), seed, 0);
  const mode: ForwardOptions = { stopGradient: options.stopGradient ?? "value" };
  let loss: Loss = (x) => innerProduct(call(x), weights);
  for (let level = 1; level <= order; level++) {
    const at = lossAt(loss, tensors);
    const finding = { loss, at, tensors, names, level, seed, site, rtol, mode };
    for (let k = 0; k < count; k++) {
      const draw = k % 2 === 0 ? directions : scaledDirections;
      checkAlong(finding, draw(tensors, seed, 1000 * level + k), k === 0, atol);
    }
    const inner = loss;
    const v = directions(tensors, seed, 1000 * level + 999);
    loss = (x) => {
      const own = x.map(identity);
      return innerProduct(gradientOf(inner(own), own), v);
    };
  }
}

function checkAlong(finding: Finding, v: readonly AnyTensor[], first: boolean, atol: number): void {
  const { at, loss, tensors, mode, rtol } = finding;
  const along = v.map(hostValues);
  const plain = alongDirection(at, along, mode);
  if (at.gradient.some((g) => !g.every(Number.isFinite))) throw reportNotFinite(finding, plain);
  const terms = at.gradient.flatMap((g, t) => Array.from(g, (x, i) => x * along[t]![i]!));
  const analytic = terms.reduce((total, x) => total + x, 0);
  const size = terms.reduce((total, x) => total + Math.abs(x), 0);
  const allowed = (value: number, doubt: number): number =>
    atol + rtol * Math.max(size, Math.abs(value)) + doubt + underflow;
  if (!Number.isFinite(plain.value)) {
    // forward mode met a pole on the way, such as √ at 0, which a careful rule may go around: differences of the whole decide
    const { value, error } = slopeAlong(loss, tensors, along);
    if (!(error <= 1e-3 * Math.max(size, Math.abs(value)))) throw reportUndecided(finding, plain);
    if (Math.abs(analytic - value) > allowed(value, 10 * error)) throw reportWrong(finding, along, plain);
    return;
  }
  if (first) {
    const [ahead, back] = [1, -1].map((sign) =>
      alongDirection(
        at,
        along.map((x) => x.map((y) => sign * y)),
        { ...mode, ahead: true },
      ),
    );
    const bend = Math.abs(ahead!.value + back!.value);
    if (!(bend <= allowed(ahead!.value, ahead!.doubt + back!.doubt))) throw reportKink(finding, ahead!, back!);
  }
  if (!(Math.abs(analytic - plain.value) <= allowed(plain.value, plain.doubt)))
    throw reportWrong(finding, along, plain);
  const derivative = first ? wrongDerivative(at.tape, plain.motions) : undefined;
  if (derivative !== undefined) throw reportDerivative(finding, derivative);
}

function checkOptions(counts: Record<string, number>, tolerances: Record<string, number>, site: Site): void {
  for (const [name, value] of Object.entries(counts)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new ConfigError(`checkGrads: ${name} is ${value}; expects an integer of 1 or more`, [], site);
  }
  for (const [name, value] of Object.entries(tolerances)) {
    if (value >= 0) continue;
    throw new ConfigError(`checkGrads: ${name} is ${value}; expects a number of 0 or more`, [], site);
  }
}
