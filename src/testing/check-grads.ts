import { zerosLike } from "../autodiff/independent.ts";
import { pullback } from "../autodiff/pullback.ts";
import { GradientError } from "../tensor/errors.ts";
import { identity } from "../tensor/ops/identity.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Site } from "../tensor/site.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, hostLeaf } from "../tensor/tensor.ts";
import { slope } from "./differences.ts";
import { directions } from "./directions.ts";
import { hostValues, innerProduct } from "./inner-product.ts";
import { firstWrongOp } from "./local-check.ts";
import { variablesOf } from "./variables.ts";

export interface CheckGradsOptions {
  /** Derivatives to check: 1 the gradient, 2 also the gradient of the gradient, … @defaultValue 1 */
  readonly order?: number;
  /** Allowed |Δ| relative to the terms of the projection, Σ|gᵢvᵢ|. @defaultValue 1e-6 */
  readonly rtol?: number;
  /** Allowed |Δ| besides. @defaultValue 1e-9 */
  readonly atol?: number;
  /** Random projections an order. @defaultValue 2 */
  readonly directions?: number;
  /** Of the random projections. @defaultValue 0 */
  readonly seed?: number;
}

type Loss = (x: readonly AnyTensor[]) => AnyTensor;

/**
 * Checks that the derivatives of `f` are those of its values: VJPs against central differences, both by the reference in double
 * precision, along random directions. When a projection fails, every element is tried, and every op by itself.
 *
 * @param f - any function to a tree of tensors; its f32 outputs are projected by random weights.
 * @param inputs - array of arguments. f32 tensors are differentiated; all else stays fixed. Keep off kinks (ReLU at 0, ties).
 * @throws GradientError naming the argument and element with the largest error, both derivatives, the first op whose own VJP is
 *   wrong there, and how to replay.
 */
export function checkGrads<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  inputs: A,
  options: CheckGradsOptions = {},
): void {
  const { order = 1, rtol = 1e-6, atol = 1e-9, seed = 0 } = options;
  const site = captureSite();
  const { tensors, names, call } = variablesOf("checkGrads", f, inputs);
  const weights = directions(call(tensors), seed, 0);
  let loss: Loss = (x) => innerProduct(call(x), weights);
  for (let level = 1; level <= order; level++) {
    const gradient = gradientOf(loss, tensors).map(hostValues);
    for (let k = 0; k < (options.directions ?? 2); k++) {
      const v = directions(tensors, seed, 1000 * level + k);
      const { value, kink } = slope(loss, tensors, v);
      const terms = gradient.flatMap((g, t) => [...hostValues(v[t]!)].map((x, i) => x * g[i]!));
      const analytic = terms.reduce((total, x) => total + x, 0);
      const size = terms.reduce((total, x) => total + Math.abs(x), 0);
      if (Math.abs(analytic - value) <= atol + rtol * Math.max(size, Math.abs(value))) continue;
      const atKink = kink > 0.1 * Math.abs(analytic - value);
      throw failure({ loss, tensors, names, gradient, level, seed, site, rtol, atKink });
    }
    const inner = loss;
    const v = directions(tensors, seed, 1000 * level + 999);
    loss = (x) => innerProduct(gradientOf(inner, x), v);
  }
}

/** ∇loss at x, as programs. */
function gradientOf(loss: Loss, x: readonly AnyTensor[]): AnyTensor[] {
  const own = x.map(identity);
  const one = hostLeaf({ shape: [], dtype: "f32" }, Float64Array.of(1));
  return pullback([loss(own)], [one], own).map((g, i) => g ?? zerosLike(x[i]!));
}

interface Failure {
  readonly loss: Loss;
  readonly tensors: readonly AnyTensor[];
  readonly names: readonly string[];
  readonly gradient: readonly Float64Array[];
  readonly level: number;
  readonly seed: number;
  readonly site: Site;
  readonly rtol: number;
  readonly atKink: boolean;
}

function failure({ loss, tensors, names, gradient, level, seed, site, rtol, atKink }: Failure): GradientError {
  const worst = worstElement(loss, tensors, gradient);
  const derivative = level === 1 ? "gradient" : `derivative of order ${level}`;
  const where = `${names[worst.tensor]!}${worst.index.length === 0 ? "" : `, element [${worst.index.join(",")}]`}`;
  const op = firstWrongOp([loss(tensors.map(identity))], seed, Math.max(rtol, 1e-5));
  const blame = atKink
    ? "differences do not settle: the inputs lie near a kink or a jump"
    : `first op whose own VJP is wrong: ${op ?? "none; each op is right by itself"}`;
  return new GradientError(
    `checkGrads: wrong ${derivative} by ${where}`,
    [
      `VJP ${worst.analytic}   differences ${worst.numeric}   |Δ| ${Math.abs(worst.analytic - worst.numeric).toExponential(2)}`,
      blame,
      `inputs ${tensors.map((tensor, i) => `${names[i]} ${formatType(tensor)}`).join(", ")}`,
      `replay with { order: ${level}, seed: ${seed} }`,
    ],
    site,
  );
}

/** The element of all inputs whose partial derivative is most wrong: the whole gradient by differences. */
function worstElement(
  loss: Loss,
  tensors: readonly AnyTensor[],
  gradient: readonly Float64Array[],
): { tensor: number; index: number[]; analytic: number; numeric: number } {
  let worst = { tensor: 0, index: [] as number[], analytic: 0, numeric: 0, error: -1 };
  tensors.forEach((tensor, t) => {
    for (let i = 0; i < sizeOf(tensor.shape); i++) {
      const basis = tensors.map((other) => hostLeaf(other, new Float64Array(sizeOf(other.shape))));
      const data = new Float64Array(sizeOf(tensor.shape));
      data[i] = 1;
      basis[t] = hostLeaf(tensor, data);
      const numeric = slope(loss, tensors, basis).value;
      const analytic = gradient[t]![i]!;
      const error = Math.abs(analytic - numeric);
      if (error > worst.error || Number.isNaN(error)) {
        worst = { tensor: t, index: coordinates(i, tensor.shape), analytic, numeric, error };
      }
    }
  });
  return worst;
}

function coordinates(flat: number, shape: readonly number[]): number[] {
  let rest = flat;
  return [...shape]
    .reverse()
    .map((n) => {
      const k = rest % n;
      rest = (rest - k) / n;
      return k;
    })
    .reverse();
}
