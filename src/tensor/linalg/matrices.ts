import type { BatchRule } from "../batch-rule.ts";
import { ShapeError } from "../errors.ts";
import type { KernelRule, Op } from "../op.ts";
import { apply } from "../op.ts";
import { broadcastTo } from "../ops/broadcast.ts";
import { arange } from "../ops/creation.ts";
import { add, equal, greater, mul } from "../ops/elementwise.ts";
import { foldRows, unfoldRows } from "../ops/fold-batch.ts";
import { matmulOp } from "../ops/matmul.ts";
import { checkDTypes, checkRank } from "../ops/operand.ts";
import { expandDims, reshape } from "../ops/reshape.ts";
import { where } from "../ops/select.ts";
import { transpose } from "../ops/transpose.ts";
import type { Shape } from "../shape.ts";
import { sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, TensorType } from "../tensor.ts";
import { formatType } from "../tensor.ts";

// What the functions of matrices share. Their records are strict, (s, n, m); the functions take any leading axes.

/** Checks a record's input: f32[s, n, n]. @returns n */
export function checkSquares(op: string, x: TensorType): number {
  checkRank(op, x, 3);
  return checkSquare(op, x);
}

/** Checks that the last two axes make square matrices. @returns their size */
export function checkSquare(op: string, x: TensorType): number {
  const [rows, columns] = checkMatrix(op, x);
  if (rows !== columns) {
    throw new ShapeError(`${op}: ${formatType(x)} is not square`, ["expects (…, n, n)"], captureSite());
  }
  return rows;
}

/** Checks that there are two axes or more, and the dtype. @returns the sizes of the last two axes */
export function checkMatrix(op: string, x: TensorType): [rows: number, columns: number] {
  checkDTypes(op, [x], ["f32"]);
  if (x.shape.length < 2) {
    const mend = "a vector becomes a matrix of one column by expandDims(x, { axis: -1 })";
    throw new ShapeError(`${op}: ${formatType(x)} is no matrix`, ["expects (…, n, m)", mend], captureSite());
  }
  return x.shape.slice(-2) as [number, number];
}

/** All leading axes as one: (…, n, m) → (s, n, m). @param batch - leading axes to broadcast to. */
export function stacked(x: AnyTensor, batch: Shape = x.shape.slice(0, -2)): AnyTensor {
  const matrix = x.shape.slice(-2);
  return reshape<AnyTensor, Shape>(broadcastTo<AnyTensor, Shape>(x, [...batch, ...matrix]), [sizeOf(batch), ...matrix]);
}

/** The inverse of {@link stacked}, also of vectors and numbers per matrix: (s, …) → (…batch, …). */
export function unstacked(x: AnyTensor, batch: Shape): AnyTensor {
  return reshape<AnyTensor, Shape>(x, [...batch, ...x.shape.slice(1)]);
}

/** The rule of a record that works matrix by matrix. */
export function matrixByMatrix<P>(op: () => Op<P>): BatchRule<P> {
  return {
    outputs: ({ whole, size, params }) => apply(op(), whole.map(foldRows), params).map((y) => unfoldRows(y, size)),
  };
}

/** a·b of (s, m, k) and (s, k, n), either transposed in place. */
export function product(
  a: AnyTensor,
  b: AnyTensor,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): AnyTensor {
  return apply(matmulOp, [a, b], { transposeA, transposeB })[0]!;
}

/** (s, n, m) → (s, m, n). */
export const transposed = (x: AnyTensor): AnyTensor => transpose<AnyTensor, readonly number[]>(x, { axes: [0, 2, 1] });

/** The elements of square matrices below the diagonal as they are, on it times `onDiagonal`, 0 above. */
export function lower(x: AnyTensor, onDiagonal: number): AnyTensor {
  const column = arange(x.shape.at(-1)!, { dtype: "i32" });
  const row = expandDims(column, { axis: 1 });
  return where(greater(row, column), x, where(equal(row, column), mul(x, onDiagonal), 0));
}

/** The cotangent of a symmetric matrix, by any M with the same ⟨M, dA⟩, as one of its lower triangle, which alone is read. */
export const ofLowerTriangle = (m: AnyTensor): AnyTensor => lower(add(m, transposed(m)), 0.5);

/** (a + aᵀ)/2 of (s, n, n). */
export const symmetric = (a: AnyTensor): AnyTensor => add(mul(a, 0.5), mul(transposed(a), 0.5));

/** Workgroups of a kernel that gives each of `count` tasks one, within every adapter's limit of a dimension. */
export function workgroupEach(count: number): readonly [number, number, number] {
  const rows = Math.ceil(count / 65535);
  return [Math.ceil(count / Math.max(1, rows)), Math.max(1, rows), 1];
}

/** A kernel of a record of (s, n, m) matrices, one workgroup each: the source reads `size.count`, `size.n` and `size.m`. */
export function kernelPerMatrix<P>(source: string): Extract<KernelRule<P>, { readonly source: string }> {
  return {
    source,
    sizes: ([a]) => {
      const [count, n, m] = a!.shape as [number, number, number];
      return { count, n, m };
    },
    workgroups: ([a]) => workgroupEach(a!.shape[0]!),
  };
}
