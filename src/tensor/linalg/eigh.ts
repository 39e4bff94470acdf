import * as kind from "../kinds.ts";
import type { Square, Vectors } from "../matrix-types.ts";
import type { Op, ReferenceCall, Sample } from "../op.ts";
import { apply, defineOp } from "../op.ts";
import { abs, add, div, lessEqual, mul, sub } from "../ops/elementwise.ts";
import { max } from "../ops/extremum.ts";
import { expandDims } from "../ops/reshape.ts";
import { where } from "../ops/select.ts";
import { diag } from "../ops/triangles.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Check, Plain } from "../shape-types.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { jacobi } from "./jacobi.ts";
import {
  checkSquare,
  checkSquares,
  kernelPerMatrix,
  matrixByMatrix,
  ofLowerTriangle,
  product,
  stacked,
  symmetric,
  unstacked,
} from "./matrices.ts";
import { eigh as source } from "./wgsl.generated.ts";

/** Eigenvalues that are nearer, by the largest in size, count as equal: in f32 nothing tells them apart. */
export const equalWithin: number = 2 ** -20;

const sample = (count: number, n: number): Sample<null> => ({
  inputs: [{ shape: [count, n, n], dtype: "f32" }],
  params: null,
});

function reference({ inputs: [a], outputs: [values, vectors], inputTypes: [type] }: ReferenceCall<null>): void {
  const [count, n] = type!.shape as [number, number, number];
  for (let s = 0; s < count; s++) {
    const one = jacobi(a!.subarray(s * n * n, (s + 1) * n * n), n);
    values!.set(one.values, s * n);
    vectors!.set(one.vectors, s * n * n);
  }
}

/** 1/(λⱼ − λᵢ), 0 on the diagonal and where both count as equal. (s, n) → (s, n, n) */
function inverseGaps(values: Tensor): AnyTensor {
  const gaps = sub(expandDims(values, { axis: 1 }), expandDims(values, { axis: 2 }));
  const largest = expandDims(max(abs(values), { axis: -1, keepDims: true }) as Tensor, { axis: 2 });
  const isEqual = lessEqual(abs(gaps as Tensor), mul(largest, equalWithin));
  return where(isEqual, 0, div(1, where(isEqual, 1, gaps)));
}

/** Eigenvalues, ascending, and eigenvectors in columns. (s, n, n), of which the lower triangles are read → (s, n), (s, n, n). */
export const eighOp: Op<null> = defineOp<null>({
  name: "eigh",
  infer: ([a]) => {
    checkSquares("eigh", a!);
    return [
      { shape: a!.shape.slice(0, 2), dtype: "f32" },
      { shape: a!.shape, dtype: "f32" },
    ];
  },
  kernel: {
    ...kernelPerMatrix(source),
    scratch: ([a]) => {
      const [count, n] = a!.shape as [number, number, number];
      return [{ shape: [count, n + 4, n], dtype: "f32" }];
    },
  },
  reference,
  // dλ = diag(Vᵀ·dA·V), dV = V·(F ∘ Vᵀ·dA·V) with F = 1/(λⱼ − λᵢ). Its transpose: V·(diag gλ + F ∘ Vᵀ·gV)·Vᵀ
  vjp: ({ g: [gValues, gVectors], inputs: [a], outputs: [values, vectors] }) => {
    if (a!.shape[1] === 0) return [null];
    const onDiagonal = gValues == null ? null : diag(gValues as Tensor<Shape>);
    const beside =
      gVectors == null ? null : mul(inverseGaps(values as Tensor), product(vectors!, gVectors, { transposeA: true }));
    const inner = onDiagonal === null ? beside! : beside === null ? onDiagonal : add(onDiagonal, beside);
    return [ofLowerTriangle(product(product(vectors!, inner), vectors!, { transposeB: true }))];
  },
  batch: matrixByMatrix(() => eighOp),
  samples: () => [sample(2, 3), sample(1, 1), sample(3, 4), sample(1, 20), sample(2, 0), sample(0, 2)],
});

/** {@link eighOp} of the symmetric parts of (…, n, n), with all leading axes as one. */
function decomposed(op: string, a: AnyTensor): readonly [values: AnyTensor, vectors: AnyTensor] {
  checkSquare(op, a);
  return apply(eighOp, [symmetric(stacked(a))], null) as [AnyTensor, AnyTensor];
}

const checkEigh = parameters("eigh", { a: kind.tensor });

/**
 * Eigenvalues and eigenvectors of symmetric matrices: A = V·diag(λ)·Vᵀ, VᵀV = 1, λ ascending. Of A its symmetric part (A + Aᵀ)/2 counts. By
 * Jacobi's rotations. NaN where an element is not finite.
 *
 * The sign of an eigenvector is such that the first component above 0.7 of its largest is positive. Eigenvectors of equal eigenvalues are
 * one orthonormal basis of many, so their derivative is not defined: eigenvalues within 2⁻²⁰ of the largest in size count as equal and
 * give no term to it. Functions that do not depend on the choice keep their right gradient, such as sums over all equal eigenvalues.
 *
 * One workgroup computes a matrix, some 10 sweeps of 6·n³ multiply-adds each, so many small matrices run side by side and one large one
 * does not.
 *
 * @param a - `(…, n, n)`, f32.
 * @returns `values` `(…, n)`, and `vectors` `(…, n, n)`, one in each column.
 * @throws ShapeError unless the matrices are square.
 * @see G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed. (2013), §8.5; M. B. Giles, An extended collection of matrix derivative
 * results (2008), §3.1, for the derivative.
 * @example
 * ```ts
 * import { eigh, evaluateReference, tensor } from "deconfound";
 * const { values, vectors } = evaluateReference(eigh(tensor([[2, 0], [0, 1]])));
 * console.log(String(await values.data()), String(await vectors.data())); // 1,2 0,1,1,0
 * ```
 */
export function eigh<A extends AnyTensor>(
  a: A & Check<Square<"eigh", A["shape"]>>,
): { values: Tensor<Vectors<A["shape"]>>; vectors: Tensor<Plain<A["shape"]>> };
export function eigh(a: AnyTensor): { values: AnyTensor; vectors: AnyTensor } {
  checkEigh(arguments);
  const [values, vectors] = decomposed("eigh", a);
  const batch = a.shape.slice(0, -2);
  return { values: unstacked(values, batch), vectors: unstacked(vectors, batch) };
}

const checkEigvalsh = parameters("eigvalsh", { a: kind.tensor });

/**
 * Eigenvalues of symmetric matrices, ascending: {@link eigh} without the vectors. The gradient of each is v·vᵀ.
 *
 * @param a - `(…, n, n)`, f32.
 * @returns `(…, n)`.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * import { eigvalsh, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(eigvalsh(tensor([[2, 0], [0, 1]]))).data())); // 1,2
 * ```
 */
export function eigvalsh<A extends AnyTensor>(
  a: A & Check<Square<"eigvalsh", A["shape"]>>,
): Tensor<Vectors<A["shape"]>>;
export function eigvalsh(a: AnyTensor): AnyTensor {
  checkEigvalsh(arguments);
  return unstacked(decomposed("eigvalsh", a)[0], a.shape.slice(0, -2));
}
