import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { diagonal } from "./diagonal.ts";
import { mul, rsqrt, sub } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { mean } from "./mean.ts";
import { checkDTypes, checkRank } from "./operand.ts";
import { outer } from "./products.ts";
import { transpose } from "./transpose.ts";

const checkCov = parameters("cov", { x: kind.tensor }, { rowVar: kind.flag, correction: kind.finite });

/**
 * The covariance matrix Σ(x − μ)(x − μ)ᵀ/(n − correction), in two passes.
 *
 * @param x - `(d, n)`, f32: d variables, n observations.
 * @param options.rowVar - false: x is `(n, d)`. @defaultValue true
 * @param options.correction - 1: unbiased; 0: the population's. @defaultValue 1
 * @returns `(d, d)`; ∞ and NaN where n ≤ correction.
 * @throws ShapeError for another rank.
 * @see numpy.cov
 * @example
 * ```ts
 * import { cov, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(cov(tensor([[1, 2, 3], [3, 2, 1]]))).data())); // 1,-1,-1,1
 * ```
 */
export function cov(
  x: AnyTensor,
  options: { rowVar?: boolean | undefined; correction?: number | undefined } = {},
): Tensor<[number, number]> {
  checkCov(arguments);
  checkDTypes("cov", [x], ["f32"]);
  checkRank("cov", x, 2);
  const { rowVar = true, correction = 1 } = options;
  const rows = rowVar ? x : transpose<AnyTensor>(x);
  const centred = sub(rows, mean(rows, { axis: 1, keepDims: true }));
  const share = 1 / (rows.shape[1]! - correction);
  return mul(matmul(centred, transpose<AnyTensor>(centred)), share) as Tensor<[number, number]>;
}

const checkCorrcoef = parameters("corrcoef", { x: kind.tensor }, { rowVar: kind.flag });

/**
 * Pearson's correlation of each two variables: the covariance over the product of both standard deviations.
 *
 * @param x - `(d, n)`, f32: d variables, n observations.
 * @param options.rowVar - false: x is `(n, d)`. @defaultValue true
 * @returns `(d, d)`; NaN beside a variable that does not vary.
 * @throws ShapeError for another rank.
 * @see numpy.corrcoef
 * @example
 * ```ts
 * import { corrcoef, evaluateReference, tensor } from "deconfound";
 * const r = await evaluateReference(corrcoef(tensor([[1, 2, 3], [3, 2, 1]]))).data();
 * console.log(Array.from(r, (value) => value.toFixed(3)).join(" ")); // 1.000 -1.000 -1.000 1.000
 * ```
 */
export function corrcoef(x: AnyTensor, options: { rowVar?: boolean | undefined } = {}): Tensor<[number, number]> {
  checkCorrcoef(arguments);
  checkDTypes("corrcoef", [x], ["f32"]);
  checkRank("corrcoef", x, 2);
  const covariance = cov(x, { rowVar: options.rowVar, correction: 0 });
  const share = rsqrt(diagonal(covariance));
  return mul(covariance, outer(share, share)) as Tensor<[number, number]>;
}
