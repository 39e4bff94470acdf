import * as kind from "../kinds.ts";
import type { Square, Vectors } from "../matrix-types.ts";
import type { Domain, Op, ReferenceCall, Sample } from "../op.ts";
import { apply, defineOp } from "../op.ts";
import { broadcastTo } from "../ops/broadcast.ts";
import { eye } from "../ops/creation.ts";
import { add } from "../ops/elementwise.ts";
import { expandDims } from "../ops/reshape.ts";
import { putAlongAxisOp } from "../ops/take-along-axis.ts";
import { tril, triu } from "../ops/triangles.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Check, Plain } from "../shape-types.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import {
  checkSquare,
  checkSquares,
  kernelPerMatrix,
  matrixByMatrix,
  product,
  stacked,
  transposed,
  unstacked,
} from "./matrices.ts";
import { solveTriangle } from "./triangular-solve.ts";
import { lu as source } from "./wgsl.generated.ts";

const sample = (count: number, n: number, domain?: Domain): Sample<null> => ({
  inputs: [{ shape: [count, n, n], dtype: "f32", domain }],
  params: null,
});

/** Step by step: the largest element of a column becomes the pivot, the first of equal ones; NaN is none. */
function reference({ inputs: [a], outputs: [lu, permutation], inputTypes: [type] }: ReferenceCall<null>): void {
  const [count, n] = type!.shape as [number, number, number];
  lu!.set(a!);
  const rank = (x: number): number => (Number.isNaN(x) ? -1 : Math.abs(x));
  for (let s = 0; s < count; s++) {
    const at = (i: number, j: number): number => (s * n + i) * n + j;
    const order = permutation!.subarray(s * n, (s + 1) * n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let k = 0; k < n; k++) {
      let p = k;
      for (let i = k + 1; i < n; i++) if (rank(lu![at(i, k)]!) > rank(lu![at(p, k)]!)) p = i;
      for (let j = 0; j < n; j++) [lu![at(k, j)], lu![at(p, j)]] = [lu![at(p, j)]!, lu![at(k, j)]!];
      [order[k], order[p]] = [order[p]!, order[k]!];
      for (let i = k + 1; i < n; i++) {
        if (lu![at(k, k)] !== 0) lu![at(i, k)]! /= lu![at(k, k)]!;
        for (let j = k + 1; j < n; j++) lu![at(i, j)]! -= lu![at(i, k)]! * lu![at(k, j)]!;
      }
    }
  }
}

/** L and U in one matrix, and the rows of A in their order: L·U = A[permutation]. (s, n, n) → (s, n, n), i32 (s, n). */
export const luOp: Op<null> = defineOp<null>({
  name: "lu",
  infer: ([a]) => {
    checkSquares("lu", a!);
    return [
      { shape: a!.shape, dtype: "f32" },
      { shape: a!.shape.slice(0, 2), dtype: "i32" },
    ];
  },
  kernel: kernelPerMatrix(source),
  reference,
  // X = L⁻¹·dA·U⁻¹: dL = L·(X below the diagonal), dU = (X from it on)·U. Its transpose, with the rows put back
  vjp: ({ g: [g], outputs: [packed, permutation] }) => {
    if (g == null) return [null];
    const [l, u] = apart(packed!);
    const below = tril(product(l, tril(g as Tensor, { offset: -1 }), { transposeA: true }) as Tensor, { offset: -1 });
    const above = triu(product(triu(g as Tensor), u, { transposeB: true }) as Tensor);
    const left = solveTriangle(packed!, add(below, above), { transpose: true, unitDiagonal: true }); // L⁻ᵀ·…
    const right = transposed(solveTriangle(packed!, transposed(left), { upper: true })); // …·U⁻ᵀ
    const rows = broadcastTo<AnyTensor, Shape>(expandDims(permutation!, { axis: -1 }), g.shape);
    return apply(putAlongAxisOp, [right, rows], { axis: 1, size: g.shape[1]! });
  },
  batch: matrixByMatrix(() => luOp),
  samples: () => [
    ...[sample(2, 3), sample(1, 1), sample(3, 5), sample(2, 0), sample(0, 2)],
    sample(1, 70, { kind: "positiveDefinite" }), // of any matrix of this size the running error bound is too large to decide on pivots
  ],
});

/** The two triangles of packed L and U. */
function apart(packed: AnyTensor): [l: AnyTensor, u: AnyTensor] {
  const x = packed as Tensor;
  return [add(tril(x, { offset: -1 }), eye(x.shape.at(-1)!)), triu(x)];
}

/** L, U and permutation of (…, n, n), with all leading axes as one. */
export function luOf(op: string, a: AnyTensor): readonly [packed: AnyTensor, permutation: AnyTensor] {
  checkSquare(op, a);
  return apply(luOp, [stacked(a)], null) as [AnyTensor, AnyTensor];
}

const checkLu = parameters("lu", { a: kind.tensor });

/**
 * LU decomposition with partial pivoting: L·U = A[permutation], L lower triangular with ones on the diagonal and no element above 1 in
 * size, U upper triangular. Of equal candidates the first is the pivot. The derivative takes the permutation as constant; it is ∞ or
 * NaN where A is singular.
 *
 * One workgroup computes a matrix, so many small matrices run side by side and one large one does not.
 *
 * @param a - `(…, n, n)`, f32.
 * @returns `l`, `u` `(…, n, n)`, and `permutation` `(…, n)`, i32: row i of L·U is row `permutation[i]` of A.
 * @throws ShapeError unless the matrices are square.
 * @see F. de Hoog, R. Anderssen, M. Lukas, Differentiation of matrix functionals using triangular factorization (2011), for the derivative.
 * @example
 * ```ts
 * import { evaluateReference, lu, tensor } from "deconfound";
 * const { l, u, permutation } = evaluateReference(lu(tensor([[1, 2], [2, 2]])));
 * console.log(String(await l.data()), String(await u.data()), String(await permutation.data())); // 1,0,0.5,1 2,2,0,1 1,0
 * ```
 */
export function lu<A extends AnyTensor>(
  a: A & Check<Square<"lu", A["shape"]>>,
): {
  l: Tensor<Plain<A["shape"]>>;
  u: Tensor<Plain<A["shape"]>>;
  permutation: Tensor<Vectors<A["shape"]>, "i32">;
};
export function lu(a: AnyTensor): { l: AnyTensor; u: AnyTensor; permutation: AnyTensor } {
  checkLu(arguments);
  const [packed, permutation] = luOf("lu", a);
  const batch = a.shape.slice(0, -2);
  const [l, u] = apart(packed);
  return { l: unstacked(l, batch), u: unstacked(u, batch), permutation: unstacked(permutation, batch) };
}
