import * as kind from "../kinds.ts";
import { sum } from "../ops/broadcast.ts";
import { abs } from "../ops/elementwise.ts";
import { max, min } from "../ops/extremum.ts";
import { norm } from "../ops/norm.ts";
import { checkNotEmpty } from "../ops/operand.ts";
import { expandDims } from "../ops/reshape.ts";
import type { Reduced } from "../ops/signatures.ts";
import type { Kind } from "../parameters.ts";
import { parameters } from "../parameters.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { checkMatrix } from "./matrices.ts";
import { svdvals } from "./svd.ts";

const { POSITIVE_INFINITY: infinity } = Number;
const orders: readonly unknown[] = ["frobenius", "nuclear", 1, -1, 2, -2, infinity, -infinity];
const order: Kind = { expects: `one of ${orders.join(", ")}`, accepts: (value) => orders.includes(value) };

/** Which norm of a matrix. */
export interface MatrixNormOptions {
  /**
   * `frobenius`: √Σaᵢⱼ²; `nuclear`: the sum of the singular values; 2, −2: the largest, the least of them; 1, −1: the largest, the least sum
   * of |aᵢⱼ| of a column; ∞, −∞: of a row. @defaultValue "frobenius"
   */
  readonly ord?: "frobenius" | "nuclear" | number | undefined;
  /** Keep both axes with size 1. @defaultValue false */
  readonly keepDims?: boolean | undefined;
}

const checkMatrixNorm = parameters("matrixNorm", { a: kind.tensor }, { ord: order, keepDims: kind.flag });

/**
 * Norms of matrices; those of negative order are no norms, but bounds from below. The gradient is 0 at a matrix of zeros, and where several
 * columns, rows or singular values are largest it is the first one's.
 *
 * @param a - `(…, n, m)`, f32.
 * @returns `(…)`.
 * @throws ShapeError below rank 2, and for a matrix without elements.
 * @see numpy.linalg.matrix_norm
 * @example
 * ```ts
 * import { evaluateReference, matrixNorm, tensor } from "deconfound";
 * const a = tensor([[3, -4], [0, 0]]);
 * console.log(await evaluateReference(matrixNorm(a)).item(), await evaluateReference(matrixNorm(a, { ord: 1 })).item()); // 5 4
 * ```
 */
export function matrixNorm<A extends AnyTensor, const O extends MatrixNormOptions = Record<never, never>>(
  a: A,
  options?: O,
): Reduced<A, O & { readonly axis: readonly [-2, -1] }, "f32">;
export function matrixNorm(a: AnyTensor, options: MatrixNormOptions = {}): AnyTensor {
  checkMatrixNorm(arguments);
  checkMatrix("matrixNorm", a);
  checkNotEmpty("matrixNorm", a, [a.shape.length - 2, a.shape.length - 1]);
  const y = perMatrix(a, options.ord ?? "frobenius");
  return options.keepDims === true ? expandDims(expandDims(y, { axis: -1 }), { axis: -1 }) : y;
}

function perMatrix(a: AnyTensor, ord: "frobenius" | "nuclear" | number): AnyTensor {
  if (ord === "frobenius") return norm(a, { axis: [-2, -1] }) as Tensor;
  if (ord === "nuclear") return sum(svdvals(a) as Tensor, { axis: -1 });
  const values = Math.abs(ord) === 2 ? svdvals(a) : sum(abs(a), { axis: Math.abs(ord) === 1 ? -2 : -1 });
  return (ord > 0 ? max : min)(values as Tensor, { axis: -1 });
}
