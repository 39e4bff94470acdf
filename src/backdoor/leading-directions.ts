import { randomStream } from "../data/random-stream.ts";

/** Change of a singular value, relative to the largest, at which the iteration ends; and after how many rounds at the latest. */
const [settled, rounds] = [1e-12, 1000];

/** Right singular vectors of a matrix, of unit length, and their singular values: the largest first. */
export interface LeadingDirections {
  readonly directions: readonly Float64Array[];
  readonly values: readonly number[];
}

/**
 * The first right singular vectors of a matrix, by orthogonal iteration on AᵀA from a start that is the same every time.
 *
 * @param matrix - A, `(rows, columns)`, row-major. @param count - how many, at most `columns`.
 */
export function leadingDirections(matrix: ArrayLike<number>, columns: number, count: number): LeadingDirections {
  const square = gram(matrix, columns);
  const { uniform } = randomStream([0x73696e67, 0], 0);
  let directions = orthonormal(
    Array.from({ length: Math.min(count, columns) }, () =>
      Float64Array.from({ length: columns }, () => uniform(-1, 1)),
    ),
  );
  let values: readonly number[] = directions.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    const turned = directions.map((direction) => times(square, direction));
    const next = turned.map((vector, i) => Math.sqrt(Math.max(0, dot(vector, directions[i]!))));
    directions = orthonormal(turned);
    const done = next.every((value, i) => Math.abs(value - values[i]!) <= settled * next[0]!);
    values = next;
    if (done) break;
  }
  return { directions, values };
}

/** AᵀA, `(columns, columns)`. */
function gram(matrix: ArrayLike<number>, columns: number): Float64Array {
  const square = new Float64Array(columns * columns);
  for (let start = 0; start < matrix.length; start += columns) {
    for (let i = 0; i < columns; i++) {
      const own = matrix[start + i]!;
      if (own === 0) continue; // representations after ReLU hold many zeros
      for (let j = 0; j <= i; j++) square[i * columns + j]! += own * matrix[start + j]!;
    }
  }
  for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) square[j * columns + i] = square[i * columns + j]!;
  return square;
}

function times(square: Float64Array, vector: Float64Array): Float64Array {
  const { length } = vector;
  return vector.map((_, row) => dot(square.subarray(row * length, (row + 1) * length), vector));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Gram–Schmidt; a vector that depends on those before it becomes 0. */
function orthonormal(vectors: readonly Float64Array[]): readonly Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = vector.slice();
    for (let twice = 0; twice < 2; twice++) {
      for (const other of done) {
        const share = dot(rest, other);
        for (let i = 0; i < rest.length; i++) rest[i]! -= share * other[i]!;
      }
    }
    const [length, before] = [Math.sqrt(dot(rest, rest)), Math.sqrt(dot(vector, vector))];
    done.push(length <= 1e-12 * before ? new Float64Array(rest.length) : rest.map((value) => value / length));
  }
  return done;
}
