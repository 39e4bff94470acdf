import { DataError } from "../../tensor/errors.ts";

/** A square matrix, row by row. */
export type Matrix = readonly (readonly number[])[];

const singular = 1e-12; // of a feature's variance that those before it leave

/** L, lower triangular, with A = L·Lᵀ. @throws DataError if A is not positive definite. */
export function cholesky(a: Matrix): number[][] {
  const n = a.length;
  const l = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i]![j]!;
      for (let k = 0; k < j; k++) rest -= l[i]![k]! * l[j]![k]!;
      if (i === j && !(rest > singular * a[i]![i]!)) {
        throw new DataError(`covariance: feature ${i} follows from those before it`, [
          "drop constant features and copies, or take more samples",
        ]);
      }
      l[i]![j] = i === j ? Math.sqrt(rest) : rest / l[j]![j]!;
    }
  }
  return l;
}

/** ln |A| of a positive definite matrix. */
export function logDeterminantOf(a: Matrix): number {
  return cholesky(a).reduce((sum, row, i) => sum + 2 * Math.log(row[i]!), 0);
}

/** L⁻¹B for a lower triangular L. */
export function solveLower(l: Matrix, b: Matrix): number[][] {
  const solved = b.map((row) => [...row]);
  for (let i = 0; i < l.length; i++) {
    for (let column = 0; column < solved[i]!.length; column++) {
      let rest = solved[i]![column]!;
      for (let k = 0; k < i; k++) rest -= l[i]![k]! * solved[k]![column]!;
      solved[i]![column] = rest / l[i]![i]!;
    }
  }
  return solved;
}

export const transposeOf = (a: Matrix): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));
