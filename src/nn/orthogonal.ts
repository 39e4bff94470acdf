import { ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { qr } from "../tensor/linalg/qr.ts";
import { matrixTranspose } from "../tensor/ops/axes.ts";
import { reshape } from "../tensor/ops/reshape.ts";
import { parameters } from "../tensor/parameters.ts";
import { normal } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";
import type { Plain } from "../tensor/shape-types.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

const checkOrthogonal = parameters("orthogonal", { key: kind.key, shape: kind.shape });

/**
 * A random orthogonal matrix, uniform among all (Haar's measure): Q of a matrix of normal numbers. Of a weight `(…taps, in, out)` the matrix is
 * (taps·in, out); its columns are orthonormal, or its rows where there are more columns. The layout is JAX's.
 *
 * @param key - `u32[2]`.
 * @param shape - of the weight, rank 2 or more.
 * @throws ShapeError below rank 2.
 * @see Saxe et al. 2014; F. Mezzadri, How to generate random matrices from the classical compact groups (2007); torch.nn.init.orthogonal_
 * @example
 * ```ts
 * import { evaluateReference, matmul, random, transpose } from "deconfound";
 * import { orthogonal } from "deconfound/nn";
 *
 * const q = orthogonal(random.key(0), [3, 2]);
 * const product = await evaluateReference(matmul(transpose(q), q)).data();
 * console.log([...product].map((value) => Math.abs(value).toFixed(3)).join(" ")); // 1.000 0.000 0.000 1.000
 * ```
 */
export function orthogonal<const S extends Shape>(key: AnyTensor, shape: S): Tensor<Plain<S>>;
export function orthogonal(key: AnyTensor, shape: Shape): AnyTensor {
  checkOrthogonal(arguments);
  if (shape.length < 2) {
    throw new ShapeError(`orthogonal: ${formatShape(shape)} is no matrix`, ["expects rank 2 or more"], captureSite());
  }
  const [rows, columns] = [sizeOf(shape.slice(0, -1)), shape.at(-1)!];
  const { q } = qr(normal(key, [Math.max(rows, columns), Math.min(rows, columns)]));
  return reshape<AnyTensor, Shape>(rows < columns ? matrixTranspose(q as Tensor) : q, shape);
}
