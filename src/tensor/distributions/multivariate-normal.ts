import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { add, expandDims, matmul, matrixTranspose, reshape, squeeze } from "../ops/index.ts";
import { checkDTypes } from "../ops/operand.ts";
import { parameters, required } from "../parameters.ts";
import { normal } from "../random.ts";
import type { Shape } from "../shape.ts";
import { broadcastShapes, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";

const checkMultivariateNormal = parameters(
  "random.multivariateNormal",
  { key: kind.key, mean: kind.tensor },
  { factor: required(kind.tensor), shape: kind.shape },
);

/**
 * Normal vectors of mean μ and covariance L·Lᵀ, f32: μ + L·z, z standard normal. Differentiable in μ and L, so through
 * `factor: cholesky(covariance)` in the covariance, too. The layout is JAX's.
 *
 * Deviation: JAX takes the covariance and factors it at each call. The factor keeps the decomposition out of programs that only draw numbers
 * (4 kB of a bundle), and is made once for many draws.
 *
 * @param mean - μ, `(…, n)`, f32.
 * @param options.factor - L, `(…, n, n)`, f32: `cholesky(covariance)`.
 * @param options.shape - of several draws, in front of the leading axes of both, broadcast. @defaultValue []
 * @returns `(…shape, …, n)`.
 * @throws ShapeError if mean and factor do not fit.
 * @example
 * ```ts
 * import { cholesky, evaluateReference, mean, random, tensor } from "deconfound";
 * const factor = cholesky(tensor([[4, 2], [2, 10]]));
 * const draws = random.multivariateNormal(random.key(0), tensor([1, -3]), { factor, shape: [10000] });
 * const means = await evaluateReference(mean(draws, { axis: 0 })).data();
 * console.log(String(draws.shape), [...means].map((value) => value.toFixed(1)).join(" ")); // 10000,2 1.0 -3.0
 * ```
 */
export function multivariateNormal(
  source: AnyTensor,
  mean: AnyTensor,
  options: { factor: AnyTensor; shape?: Shape | undefined },
): Tensor {
  checkMultivariateNormal(arguments);
  const { factor, shape = [] } = options;
  checkDTypes("random.multivariateNormal", [mean, factor], ["f32"]);
  const n = mean.shape.at(-1);
  if (n === undefined || factor.shape.length < 2 || factor.shape.at(-1) !== n || factor.shape.at(-2) !== n) {
    throw new ShapeError(
      `random.multivariateNormal: mean ${formatType(mean)} and factor ${formatType(factor)} do not fit`,
      ["expects (…, n) and (…, n, n)"],
      captureSite(),
    );
  }
  const batch = broadcastShapes("random.multivariateNormal", mean.shape.slice(0, -1), factor.shape.slice(0, -2));
  const z = normal(source, [...shape, ...batch, n]) as Tensor;
  const turned = matrixTranspose(factor as Tensor) as Tensor;
  if (factor.shape.length > 2)
    return add(squeeze(matmul(expandDims(z, { axis: -2 }), turned), { axis: -2 }), mean) as Tensor;
  const rows = matmul(reshape<AnyTensor, Shape>(z, [sizeOf(shape) * sizeOf(batch), n]), turned); // one product for all draws
  return add(reshape<AnyTensor, Shape>(rows, z.shape), mean) as Tensor;
}
