import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Thin } from "../matrix-types.ts";
import type { Domain, Op, ReferenceCall, Sample } from "../op.ts";
import { apply, defineOp } from "../op.ts";
import { concat } from "../ops/concat.ts";
import { add, sub } from "../ops/elementwise.ts";
import { checkRank } from "../ops/operand.ts";
import { slice } from "../ops/slice.ts";
import { tril, triu } from "../ops/triangles.ts";
import { parameters } from "../parameters.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { checkMatrix, kernelPerMatrix, matrixByMatrix, product, stacked, transposed, unstacked } from "./matrices.ts";
import { solveTriangle } from "./triangular-solve.ts";
import { qr as source } from "./wgsl.generated.ts";

const sample = (shape: readonly [number, number, number], domain?: Domain): Sample<null> => ({
  inputs: [{ shape, dtype: "f32", domain }],
  params: null,
});

/** Householder's reflections 1 − v·vᵀ, |v|² = 2, whose vectors lie in Q's columns until these are computed, the last one first. */
function decompose(a: Float64Array, q: Float64Array, r: Float64Array, n: number, m: number): void {
  const at = (i: number, j: number): number => i * m + j;
  q.set(a);
  const reflect = (k: number, j: number, from: number): number => {
    let along = 0;
    for (let i = from; i < n; i++) along += q[at(i, k)]! * q[at(i, j)]!;
    for (let i = from; i < n; i++) q[at(i, j)]! -= along * q[at(i, k)]!;
    return along;
  };
  for (let k = 0; k < m; k++) {
    let squares = 0;
    for (let i = k; i < n; i++) squares += q[at(i, k)]! ** 2;
    const norm = Math.sqrt(squares);
    const side = q[at(k, k)]! >= 0 ? 1 : -1;
    const factor = norm === 0 ? 0 : 1 / Math.sqrt(norm * (norm + Math.abs(q[at(k, k)]!)));
    q[at(k, k)]! += side * norm;
    for (let i = k; i < n; i++) q[at(i, k)]! *= factor;
    r[k * m + k] = norm;
    for (let j = k + 1; j < m; j++) {
      reflect(k, j, k);
      r[k * m + j] = (norm === 0 ? 1 : -side) * q[at(k, j)]!;
    }
  }
  for (let k = m - 1; k >= 0; k--) {
    const v = q[at(k, k)]!;
    for (let j = k + 1; j < m; j++) q[at(k, j)] = -reflect(k, j, k + 1) * v;
    for (let i = k; i < n; i++) q[at(i, k)] = (v > 0 ? -1 : 1) * (Number(i === k) - v * q[at(i, k)]!);
  }
}

function reference({ inputs: [a], outputs: [q, r], inputTypes: [type] }: ReferenceCall<null>): void {
  const [count, n, m] = type!.shape as [number, number, number];
  for (let s = 0; s < count; s++) {
    const one = Float64Array.from(a!.subarray(s * n * m, (s + 1) * n * m));
    const [own, triangle] = [new Float64Array(n * m), new Float64Array(m * m)];
    if (one.every(Number.isFinite)) decompose(one, own, triangle, n, m);
    else for (const part of [own, triangle]) part.fill(Number.NaN);
    q!.set(own, s * n * m);
    r!.set(triangle, s * m * m);
  }
}

/** A = Q·R of matrices that are not wider than high: (s, n, m) → (s, n, m), (s, m, m). */
export const qrOp: Op<null> = defineOp<null>({
  name: "qr",
  infer: ([a]) => {
    checkRank("qr", a!, 3);
    const [rows, columns] = checkMatrix("qr", a!);
    if (rows < columns) {
      throw new ShapeError(`qr: ${formatType(a!)} is wider than high`, ["expects [s,n,m], n ≥ m"], captureSite());
    }
    return [
      { shape: a!.shape, dtype: "f32" },
      { shape: [a!.shape[0]!, columns, columns], dtype: "f32" },
    ];
  },
  kernel: kernelPerMatrix(source),
  reference,
  // M = R·gRᵀ − gQᵀ·Q; gA = (gQ + Q·(lower triangle of M, mirrored))·R⁻ᵀ
  vjp: ({ g: [gQ, gR], outputs: [q, r] }) => {
    const fromR = gR == null ? null : product(r!, triu(gR as Tensor), { transposeB: true });
    const fromQ = gQ == null ? null : product(gQ, q!, { transposeA: true });
    const inner = fromR === null ? sub(0, fromQ!) : fromQ === null ? fromR : sub(fromR, fromQ);
    const below = tril(inner as Tensor, { offset: -1 });
    const mirrored = product(q!, add(tril(inner as Tensor), transposed(below)));
    const whole = gQ == null ? mirrored : add(gQ, mirrored);
    return [transposed(solveTriangle(r!, transposed(whole), { upper: true }))];
  },
  batch: matrixByMatrix(() => qrOp),
  samples: () => [
    ...[
      sample([2, 4, 3]),
      sample([1, 3, 3]),
      sample([1, 1, 1]),
      sample([3, 5, 2]),
      sample([2, 3, 0]),
      sample([0, 2, 2]),
    ],
    sample([1, 66, 66], { kind: "positiveDefinite" }),
    sample([1, 80, 3]),
  ],
});

const checkQr = parameters("qr", { a: kind.tensor });

/**
 * A = Q·R: Q with orthonormal columns, R upper triangular with no negative number on its diagonal, which makes both unique where A has full
 * rank. By Householder's reflections. NaN where an element is not finite.
 *
 * Deviation: LAPACK, NumPy and JAX leave the signs on R's diagonal open.
 *
 * The derivative is ∞ or NaN where the first min(n, m) columns are not linearly independent. One workgroup computes a matrix.
 *
 * @param a - `(…, n, m)`, f32; with k = min(n, m)
 * @returns `q` `(…, n, k)`, `r` `(…, k, m)`.
 * @throws ShapeError below rank 2.
 * @see G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed. (2013), §5.2; S. F. Walter, L. Lehmann, Algorithmic differentiation of
 * linear algebra functions (2010), for the derivative.
 * @example
 * ```ts
 * import { evaluateReference, qr, tensor } from "deconfound";
 * const { r } = evaluateReference(qr(tensor([[0, 2], [3, 4]]))); // q is [[0, 1], [1, 0]]
 * console.log([...(await r.data())].map((value) => value.toFixed(1)).join(" ")); // 3.0 4.0 0.0 2.0
 * ```
 */
export function qr<A extends AnyTensor>(
  a: A,
): { q: Tensor<Thin<A["shape"], "left">>; r: Tensor<Thin<A["shape"], "right">> };
export function qr(a: AnyTensor): { q: AnyTensor; r: AnyTensor } {
  checkQr(arguments);
  const [rows, columns] = checkMatrix("qr", a);
  const [q, r] = thinQr(stacked(a), rows, columns);
  const batch = a.shape.slice(0, -2);
  return { q: unstacked(q, batch), r: unstacked(r, batch) };
}

/** Of a wide matrix the columns beside the square ones are turned by Qᵀ. */
function thinQr(a: AnyTensor, rows: number, columns: number): readonly [q: AnyTensor, r: AnyTensor] {
  if (rows >= columns) return apply(qrOp, [a], null) as [AnyTensor, AnyTensor];
  const part = (start: number, stop: number): AnyTensor => slice(a as Tensor, { axis: 2, start, stop });
  const [q, r] = apply(qrOp, [part(0, rows)], null) as [AnyTensor, AnyTensor];
  return [q, concat([r, product(q, part(rows, columns), { transposeA: true })], { axis: 2 })];
}
