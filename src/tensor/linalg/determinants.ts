import * as kind from "../kinds.ts";
import type { Batch, Square } from "../matrix-types.ts";
import { apply1 } from "../op.ts";
import { sum } from "../ops/broadcast.ts";
import { cast } from "../ops/cast.ts";
import { diagonal } from "../ops/diagonal.ts";
import { abs, bitAnd, greater, log, mul, sign, sub } from "../ops/elementwise.ts";
import { prod } from "../ops/prod.ts";
import { expandDims, reshape } from "../ops/reshape.ts";
import { triu } from "../ops/triangles.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Check } from "../shape-types.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { choleskyOp } from "./cholesky.ts";
import { luOf } from "./lu.ts";
import { checkSquare, stacked, symmetric } from "./matrices.ts";

const checkLogDet = parameters("logDet", { a: kind.tensor });

/**
 * ln det A of symmetric positive definite matrices, 2·Σ ln Lᵢᵢ of the Cholesky factor. Of A its symmetric part counts. NaN where that is not
 * positive definite; {@link slogDet} takes any square matrix. The gradient is A⁻¹.
 *
 * @param a - `(…, n, n)`, f32.
 * @returns `(…)`; 0 for n = 0.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * import { evaluateReference, logDet, tensor } from "deconfound";
 * console.log((await evaluateReference(logDet(tensor([[4, 2], [2, 10]]))).item()).toFixed(4)); // 3.5835
 * ```
 */
export function logDet<A extends AnyTensor>(a: A & Check<Square<"logDet", A["shape"]>>): Tensor<Batch<A["shape"]>>;
export function logDet(a: AnyTensor): AnyTensor {
  checkLogDet(arguments);
  checkSquare("logDet", a);
  const factor = apply1(choleskyOp, [symmetric(stacked(a))], null) as Tensor;
  return perMatrix(mul(sum(log(diagonal(factor)), { axis: -1 }), 2), a);
}

/** The diagonals of U, (s, n), and the signs of the permutations, (s). */
function triangular(op: string, a: AnyTensor): { readonly pivots: Tensor; readonly parity: Tensor } {
  const [packed, permutation] = luOf(op, a);
  const column = expandDims(permutation as Tensor<Shape, "i32">, { axis: 1 });
  const isTurned = greater(expandDims(permutation as Tensor<Shape, "i32">, { axis: 2 }), column); // i before j, p(i) > p(j)
  const inversions = sum(triu(cast(isTurned, "i32") as Tensor<Shape, "i32">), { axis: [1, 2] }) as AnyTensor;
  const odd = cast(bitAnd(inversions as Tensor<Shape, "i32">, 1), "f32");
  return { pivots: diagonal(packed as Tensor), parity: sub(1, mul(2, odd)) as Tensor };
}

/** Numbers of a stack of matrices under the leading axes of `a`. */
const perMatrix = (numbers: AnyTensor, a: AnyTensor): AnyTensor =>
  reshape<AnyTensor, Shape>(numbers, a.shape.slice(0, -2));

const checkSlogDet = parameters("slogDet", { a: kind.tensor });

/**
 * Sign and ln |det A| of square matrices, by LU decomposition: what is too large or small for `det` is not for this. A singular matrix has
 * sign 0 and ln |det| −∞. The gradient of ln |det| is A⁻ᵀ; ∞ or NaN where A is singular.
 *
 * @param a - `(…, n, n)`, f32.
 * @returns both `(…)`.
 * @throws ShapeError unless the matrices are square.
 * @see numpy.linalg.slogdet
 * @example
 * ```ts
 * import { evaluateReference, slogDet, tensor } from "deconfound";
 * const { sign, logAbsDet } = evaluateReference(slogDet(tensor([[0, 2], [3, 0]])));
 * console.log(await sign.item(), (await logAbsDet.item()).toFixed(4)); // -1 1.7918
 * ```
 */
export function slogDet<A extends AnyTensor>(
  a: A & Check<Square<"slogDet", A["shape"]>>,
): { sign: Tensor<Batch<A["shape"]>>; logAbsDet: Tensor<Batch<A["shape"]>> };
export function slogDet(a: AnyTensor): { sign: AnyTensor; logAbsDet: AnyTensor } {
  checkSlogDet(arguments);
  const { pivots, parity } = triangular("slogDet", a);
  return {
    sign: perMatrix(mul(parity, prod(sign(pivots), { axis: -1 }) as Tensor), a),
    logAbsDet: perMatrix(sum(log(abs(pivots)), { axis: -1 }), a),
  };
}

const checkDet = parameters("det", { a: kind.tensor });

/**
 * Determinants, by LU decomposition. The gradient is det A·A⁻ᵀ, and NaN where A is singular.
 *
 * Deviation: NumPy and JAX give a gradient at singular matrices too, by cofactors; this one does not.
 *
 * @param a - `(…, n, n)`, f32.
 * @returns `(…)`; 1 for n = 0.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * import { det, evaluateReference, tensor } from "deconfound";
 * console.log(await evaluateReference(det(tensor([[1, 2], [3, 4]]))).item()); // -2
 * ```
 */
export function det<A extends AnyTensor>(a: A & Check<Square<"det", A["shape"]>>): Tensor<Batch<A["shape"]>>;
export function det(a: AnyTensor): AnyTensor {
  checkDet(arguments);
  const { pivots, parity } = triangular("det", a);
  return perMatrix(mul(parity, prod(pivots, { axis: -1 }) as Tensor), a);
}
