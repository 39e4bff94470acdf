import * as kind from "../kinds.ts";
import type { Square } from "../matrix-types.ts";
import type { Op, ReferenceCall, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { Check, Plain } from "../shape-types.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import {
  checkSquare,
  checkSquares,
  kernelPerMatrix,
  lower,
  matrixByMatrix,
  ofLowerTriangle,
  product,
  stacked,
  symmetric,
  transposed,
  unstacked,
} from "./matrices.ts";
import { solveTriangle } from "./triangular-solve.ts";
import { cholesky as source } from "./wgsl.generated.ts";

const sample = (count: number, n: number): Sample<null> => ({
  inputs: [{ shape: [count, n, n], dtype: "f32", domain: { kind: "positiveDefinite" } }],
  params: null,
});

/** Column by column. NaN throughout where a pivot is not positive. */
function reference({ inputs: [a], outputs: [l], inputTypes: [type] }: ReferenceCall<null>): void {
  const [count, n] = type!.shape as [number, number, number];
  for (let s = 0; s < count; s++) {
    const at = (i: number, j: number): number => (s * n + i) * n + j;
    let failed = false;
    for (let k = 0; k < n; k++) {
      for (let i = k; i < n; i++) {
        let rest = a![at(i, k)]!;
        for (let j = 0; j < k; j++) rest -= l![at(i, j)]! * l![at(k, j)]!;
        l![at(i, k)] = i > k ? rest / l![at(k, k)]! : rest > 0 ? Math.sqrt(rest) : 0;
      }
      failed ||= l![at(k, k)] === 0;
    }
    if (failed) for (let i = 0; i < n; i++) l!.fill(Number.NaN, at(i, 0), at(i, i) + 1);
  }
}

/** L of A = L·Lᵀ, (s, n, n), of which the lower triangles are read. */
export const choleskyOp: Op<null> = defineOp<null>({
  name: "cholesky",
  infer: ([a]) => {
    checkSquares("cholesky", a!);
    return [{ shape: a!.shape, dtype: "f32" }];
  },
  kernel: kernelPerMatrix(source),
  reference,
  // dL = L·Φ(L⁻¹·dA·L⁻ᵀ), Φ: the lower triangle with half the diagonal. Its transpose: L⁻ᵀ·Φ(Lᵀ·g)·L⁻¹
  vjp: ({ g: [g], outputs: [l] }) => {
    const p = lower(product(l!, lower(g!, 1), { transposeA: true }), 0.5);
    const left = solveTriangle(l!, p, { transpose: true }); // L⁻ᵀ·P
    return [ofLowerTriangle(transposed(solveTriangle(l!, transposed(left), { transpose: true })))];
  },
  batch: matrixByMatrix(() => choleskyOp),
  samples: () => [sample(2, 3), sample(1, 1), sample(3, 5), sample(1, 70), sample(2, 0), sample(0, 2)],
});

const checkCholesky = parameters("cholesky", { a: kind.tensor });

/**
 * The Cholesky factor of symmetric positive definite matrices: the lower triangle L with A = L·Lᵀ and a positive diagonal. Of A its
 * symmetric part (A + Aᵀ)/2 counts. NaN in the whole triangle where that is not positive definite to f32.
 *
 * One workgroup computes a matrix, n³/3 multiply-adds, so many small matrices run side by side and one large one does not.
 *
 * @param a - `(…, n, n)`, f32.
 * @returns `(…, n, n)`, 0 above the diagonal.
 * @throws ShapeError unless the matrices are square.
 * @see I. Murray, Differentiation of the Cholesky decomposition (2016), eq. 8 and 10, for the derivative.
 * @example
 * ```ts
 * import { cholesky, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(cholesky(tensor([[4, 2], [2, 10]]))).data())); // 2,0,1,3
 * ```
 */
export function cholesky<A extends AnyTensor>(a: A & Check<Square<"cholesky", A["shape"]>>): Tensor<Plain<A["shape"]>>;
export function cholesky(a: AnyTensor): AnyTensor {
  checkCholesky(arguments);
  checkSquare("cholesky", a);
  return unstacked(apply1(choleskyOp, [symmetric(stacked(a))], null), a.shape.slice(0, -2));
}
