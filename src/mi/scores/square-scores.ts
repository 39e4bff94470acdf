import { ShapeError } from "../../tensor/errors.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { formatType, isTensor } from "../../tensor/tensor.ts";

/** The number of pairs of a score matrix. @throws ShapeError if it is not square, or has fewer than two pairs. */
export function countPairs(name: string, scores: AnyTensor): number {
  const [n, m] = isTensor(scores) ? scores.shape : [];
  if (n === undefined || scores.shape.length !== 2 || n !== m || n < 2 || scores.dtype !== "f32") {
    throw new ShapeError(
      `${name}: scores are ${isTensor(scores) ? formatType(scores) : "no tensor"}`,
      ["expects f32[n,n] with n ≥ 2: the score of x_i and y_j at row i, column j"],
      captureSite(),
    );
  }
  return n;
}

/** Checks one number per sample. @throws ShapeError */
export function checkPairs(name: string, what: string, vector: AnyTensor, n?: number): void {
  if (isTensor(vector) && vector.dtype === "f32" && vector.shape.length === 1) {
    if (n === undefined ? vector.shape[0]! > 0 : vector.shape[0] === n) return;
  }
  throw new ShapeError(
    `${name}: ${what} is ${isTensor(vector) ? formatType(vector) : "no tensor"}`,
    [`expects f32[${n ?? "n"}]: one number per pair (x_i, y_i)`],
    captureSite(),
  );
}
