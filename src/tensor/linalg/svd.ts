import * as kind from "../kinds.ts";
import type { Batch, Singular, Thin } from "../matrix-types.ts";
import { apply } from "../op.ts";
import { sum } from "../ops/broadcast.ts";
import { cast } from "../ops/cast.ts";
import { concat } from "../ops/concat.ts";
import { zeros } from "../ops/creation.ts";
import { greater, maximum, mul } from "../ops/elementwise.ts";
import { flip, slice } from "../ops/slice.ts";
import { parameters } from "../parameters.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { eighOp } from "./eigh.ts";
import { checkMatrix, product, stacked, transposed, unstacked } from "./matrices.ts";
import { qrOp } from "./qr.ts";

/** Orthonormal columns near those given, which are so already where they are not tiny; the sign stays. */
const orthonormal = (x: AnyTensor): AnyTensor => apply(qrOp, [x], null)[0]!;

/** Singular values, (s, k), descending, and what the vectors are made of: top halves of eigenvectors, bottom halves, and Q. */
function halves(a: AnyTensor): { values: Tensor; left: AnyTensor; right: AnyTensor; q: AnyTensor | null } {
  const [count, rows, columns] = a.shape as [number, number, number];
  const [q, square] = rows > columns ? (apply(qrOp, [a], null) as [AnyTensor, AnyTensor]) : [null, a];
  const zero = zeros([count, columns, columns]) as AnyTensor;
  // the eigenvalues of [0 A; Aᵀ 0] are ±σ, with eigenvectors (u, ±v)/√2; only the lower triangle is read
  const whole = concat([concat([zero, zero], { axis: 2 }), concat([transposed(square), zero], { axis: 2 })], {
    axis: 1,
  });
  const [values, vectors] = apply(eighOp, [whole], null) as [Tensor, Tensor];
  const largest = slice(vectors, { axis: 2, start: columns });
  const half = (start: number): AnyTensor =>
    mul(flip(slice(largest, { axis: 1, start, stop: start + columns }), { axis: 2 }), Math.SQRT2);
  const sigma = maximum(flip(slice(values, { axis: 1, start: columns }), { axis: 1 }), 0) as Tensor;
  return { values: sigma, left: half(0), right: half(columns), q };
}

/** U, σ and V of (s, n, m): U (s, n, k), V (s, m, k). */
export function thinSvd(a: AnyTensor): readonly [u: AnyTensor, values: Tensor, v: AnyTensor] {
  const [, rows, columns] = a.shape as [number, number, number];
  if (rows < columns) {
    const [v, values, u] = thinSvd(transposed(a));
    return [u, values, v];
  }
  const { values, left, right, q } = halves(a);
  const u = orthonormal(left);
  return [q === null ? u : product(q, u), values, orthonormal(right)];
}

const checkSvd = parameters("svd", { a: kind.tensor });

/**
 * Singular value decomposition A = U·diag(σ)·Vᵀ: U and V with orthonormal columns, σ ≥ 0 descending. Composed: {@link qr} makes a high matrix
 * square, {@link eigh} of [0 A; Aᵀ 0] finds ±σ and (u, ±v), and `qr` of each half completes the vectors where σ is 0. NaN where an
 * element is not finite.
 *
 * Signs are those of `eigh`'s vectors (u, v). Singular values within 2⁻²⁰ of the largest count as equal in the derivative, which is right for
 * functions that do not depend on the choice of vectors; with σ = 0 among them that of U and V is not defined. It is NaN for a matrix
 * that is not square and lacks full rank.
 *
 * @param a - `(…, n, m)`, f32; with k = min(n, m)
 * @returns `u` `(…, n, k)`, `values` `(…, k)`, `v` `(…, m, k)`: not its transpose.
 * @throws ShapeError below rank 2.
 * @see G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed. (2013), §8.6.1
 * @example
 * ```ts
 * import { evaluateReference, svd, tensor } from "deconfound";
 * const { values } = evaluateReference(svd(tensor([[0, 2], [3, 0]])));
 * console.log([...(await values.data())].map((value) => value.toFixed(3)).join(" ")); // 3.000 2.000
 * ```
 */
export function svd<A extends AnyTensor>(
  a: A,
): { u: Tensor<Thin<A["shape"], "left">>; values: Tensor<Singular<A["shape"]>>; v: Tensor<Thin<A["shape"], "turned">> };
export function svd(a: AnyTensor): { u: AnyTensor; values: AnyTensor; v: AnyTensor } {
  checkSvd(arguments);
  checkMatrix("svd", a);
  const [u, values, v] = thinSvd(stacked(a));
  const batch = a.shape.slice(0, -2);
  return { u: unstacked(u, batch), values: unstacked(values, batch), v: unstacked(v, batch) };
}

/** Singular values of (…, n, m), descending, with all leading axes as one. */
function singularValues(op: string, a: AnyTensor): Tensor {
  const [rows, columns] = checkMatrix(op, a);
  const x = stacked(a);
  return halves(rows < columns ? transposed(x) : x).values;
}

const checkSvdvals = parameters("svdvals", { a: kind.tensor });

/**
 * Singular values, descending: {@link svd} without the vectors. The gradient of each is u·vᵀ.
 *
 * @param a - `(…, n, m)`, f32.
 * @returns `(…, min(n, m))`.
 * @throws ShapeError below rank 2.
 * @example
 * ```ts
 * import { evaluateReference, svdvals, tensor } from "deconfound";
 * const values = await evaluateReference(svdvals(tensor([[0, 2], [3, 0]]))).data();
 * console.log([...values].map((value) => value.toFixed(3)).join(" ")); // 3.000 2.000
 * ```
 */
export function svdvals<A extends AnyTensor>(a: A): Tensor<Singular<A["shape"]>>;
export function svdvals(a: AnyTensor): AnyTensor {
  checkSvdvals(arguments);
  return unstacked(singularValues("svdvals", a), a.shape.slice(0, -2));
}

export interface RankOptions {
  /** Singular values up to this share of the largest count as 0. @defaultValue max(n, m)·2⁻²³ */
  readonly tolerance?: number | undefined;
}

/** Which singular values (s, k) of matrices of this shape count: bool. */
export function counting(values: Tensor, [rows, columns]: readonly [number, number], options: RankOptions): AnyTensor {
  const { tolerance = Math.max(rows, columns) * 2 ** -23 } = options;
  const largest = slice(values, { axis: 1, stop: 1 }) as Tensor;
  return greater(values, mul(largest, tolerance));
}

const checkMatrixRank = parameters("matrixRank", { a: kind.tensor }, { tolerance: kind.notNegative });

/**
 * Ranks: how many singular values are above a share of the largest. No gradient.
 *
 * @param a - `(…, n, m)`, f32.
 * @returns `(…)`, i32; 0 where an element is not finite.
 * @throws ShapeError below rank 2.
 * @example
 * ```ts
 * import { evaluateReference, matrixRank, tensor } from "deconfound";
 * console.log(await evaluateReference(matrixRank(tensor([[1, 2], [2, 4]]))).item()); // 1
 * ```
 */
export function matrixRank<A extends AnyTensor>(a: A, options?: RankOptions): Tensor<Batch<A["shape"]>, "i32">;
export function matrixRank(a: AnyTensor, options: RankOptions = {}): AnyTensor {
  checkMatrixRank(arguments);
  const counted = counting(singularValues("matrixRank", a), checkMatrix("matrixRank", a), options);
  const ranks = sum(cast(counted as Tensor, "i32") as AnyTensor, { axis: 1 });
  return unstacked(ranks, a.shape.slice(0, -2));
}
