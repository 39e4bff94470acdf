import * as kind from "../kinds.ts";
import type { Square } from "../matrix-types.ts";
import { apply, apply1 } from "../op.ts";
import { broadcastTo } from "../ops/broadcast.ts";
import { eye } from "../ops/creation.ts";
import { expandDims } from "../ops/reshape.ts";
import type { Solution, Solves } from "../ops/signatures.ts";
import { takeAlongAxisOp } from "../ops/take-along-axis.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Check, Plain } from "../shape-types.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { choleskyOp } from "./cholesky.ts";
import { luOp } from "./lu.ts";
import { checkSquare, symmetric, unstacked } from "./matrices.ts";
import { solveTriangle, stackedSystem } from "./triangular-solve.ts";

export interface SolveOptions {
  /**
   * Whether the matrices are symmetric positive definite: then the Cholesky factor takes half the work and no pivots, their symmetric part
   * counts, and what is not positive definite gives NaN. @defaultValue false
   */
  readonly positiveDefinite?: boolean | undefined;
}

/** X of A·X = B under any leading axes. */
function solved(op: string, left: AnyTensor, right: AnyTensor, { positiveDefinite = false }: SolveOptions): AnyTensor {
  const { a, b, batch } = stackedSystem(op, left, right);
  if (positiveDefinite) {
    const factor = apply1(choleskyOp, [symmetric(a)], null);
    return unstacked(solveTriangle(factor, solveTriangle(factor, b), { transpose: true }), batch);
  }
  const [packed, permutation] = apply(luOp, [a], null) as [AnyTensor, AnyTensor];
  const rows = broadcastTo<AnyTensor, Shape>(expandDims(permutation, { axis: -1 }), b.shape);
  const ordered = apply1(takeAlongAxisOp, [b, rows], { axis: 1 });
  const inner = solveTriangle(packed, ordered, { unitDiagonal: true });
  return unstacked(solveTriangle(packed, inner, { upper: true }), batch);
}

const checkSolve = parameters("solve", { a: kind.tensor, b: kind.tensor }, { positiveDefinite: kind.flag });

/**
 * X with A·X = B, by LU decomposition with partial pivoting, or by the Cholesky factor. Leading axes broadcast. A singular matrix gives ±∞
 * or NaN. It is exact for a matrix about n·2⁻²⁴ of its size off, so an ill-conditioned one loses as many digits as its condition has.
 *
 * @param a - `(…, n, n)`, f32.
 * @param b - `(…, n, k)`, f32; a vector as one column.
 * @returns `(…, n, k)`.
 * @throws ShapeError if `a` is not square, or `b` has another number of rows.
 * @see N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. (2002), §9.3 and §10.1
 * @example
 * ```ts
 * import { evaluateReference, solve, tensor } from "deconfound";
 * console.log(String(await evaluateReference(solve(tensor([[0, 2], [4, 1]]), tensor([[4], [6]]))).data())); // 1,2
 * ```
 */
export function solve<A extends AnyTensor, B extends AnyTensor>(
  a: A & Check<Square<"solve", A["shape"]>>,
  b: B & Solves<A, B>,
  options?: SolveOptions,
): Solution<A, B>;
export function solve(a: AnyTensor, b: AnyTensor, options: SolveOptions = {}): AnyTensor {
  checkSolve(arguments);
  return solved("solve", a, b, options);
}

const checkInv = parameters("inv", { a: kind.tensor }, { positiveDefinite: kind.flag });

/**
 * Inverses: X with A·X = 1, as {@link solve} finds it. `solve(a, b)` is faster and more accurate than `matmul(inv(a), b)`.
 *
 * @param a - `(…, n, n)`, f32.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * import { evaluateReference, inv, tensor } from "deconfound";
 * console.log(String(await evaluateReference(inv(tensor([[2, 0], [0, 4]]))).data())); // 0.5,0,0,0.25
 * ```
 */
export function inv<A extends AnyTensor>(
  a: A & Check<Square<"inv", A["shape"]>>,
  options?: SolveOptions,
): Tensor<Plain<A["shape"]>>;
export function inv(a: AnyTensor, options: SolveOptions = {}): AnyTensor {
  checkInv(arguments);
  return solved("inv", a, eye(checkSquare("inv", a)), options);
}
