import { randomStream } from "../../../data/random-stream.ts";

/** Relative change of the value at which the iteration ends, and after how many rounds at the latest. */
const [settled, rounds] = [1e-12, 10_000];

/**
 * The largest singular value of a matrix, by power iteration on AᵀA.
 *
 * @param matrix - `(rows, columns)`, row-major.
 */
export function largestSingularValue(matrix: ArrayLike<number>, columns: number): number {
  const rows = matrix.length / columns;
  const { uniform } = randomStream([0x7369676d, 0], 0);
  let right = unit(Float64Array.from({ length: columns }, () => uniform(-1, 1)));
  let value = 0;
  for (let round = 0; round < rounds; round++) {
    const left = Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let column = 0; column < columns; column++) sum += matrix[row * columns + column]! * right[column]!;
      return sum;
    });
    const next = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) next[column]! += matrix[row * columns + column]! * left[row]!;
    }
    const before = value;
    value = Math.hypot(...left);
    if (value === 0 || Math.abs(value - before) <= settled * value) break;
    right = unit(next);
  }
  return value;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
