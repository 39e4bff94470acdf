import type { NumericArray } from "../dtype.ts";

const sweeps = 30;

/** Turns rows or columns p and q of n by n elements: those `along` apart, of which the next ones lie `step` apart. */
function turn(x: Float64Array, n: number, p: number, q: number, step: number, [c, s]: readonly [number, number]): void {
  for (let k = 0; k < n; k++, p += step, q += step) {
    const [u, v] = [x[p]!, x[q]!];
    x[p] = c * u - s * v;
    x[q] = s * u + c * v;
  }
}

/** One rotation that makes element (p, q) zero. @returns whether there was anything to turn */
function rotate(x: Float64Array, vectors: Float64Array, n: number, p: number, q: number, least: number): boolean {
  const beside = x[p * n + q]!;
  if (!(Math.abs(beside) > least)) return false;
  const tau = (x[q * n + q]! - x[p * n + p]!) / (2 * beside);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t);
  turn(x, n, p * n, q * n, 1, [c, t * c]);
  turn(x, n, p, q, n, [c, t * c]);
  turn(vectors, n, p, q, n, [c, t * c]);
  x[p * n + q] = 0;
  x[q * n + p] = 0;
  return true;
}

/**
 * Eigenvalues of a symmetric matrix, ascending, and its eigenvectors in columns, by Jacobi's cyclic rotations. Its lower triangle is read.
 * NaN where an element of that is not finite.
 */
export function jacobi(a: NumericArray, n: number): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const x = Float64Array.from(
    a,
    (_, e) => a[Math.max(Math.floor(e / n), e % n) * n + Math.min(Math.floor(e / n), e % n)]!,
  );
  const values = new Float64Array(n).fill(Number.NaN);
  const vectors = new Float64Array(n * n).fill(Number.NaN);
  if (!x.every(Number.isFinite)) return { values, vectors };
  const own = Float64Array.from(x, (_, e) => Number(Math.floor(e / n) === e % n));
  const least = 2 ** -60 * x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let isTurned = true;
  for (let sweep = 0; isTurned && sweep < sweeps; sweep++) {
    isTurned = false;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) isTurned = rotate(x, own, n, p, q, least) || isTurned;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => x[i * n + i]! - x[j * n + j]! || i - j);
  order.forEach((from, to) => {
    values[to] = x[from * n + from]!;
    const column = Float64Array.from({ length: n }, (_, i) => own[i * n + from]!);
    const most = column.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0);
    const sign = Math.sign(column.find((v) => Math.abs(v) > 0.7 * most)!);
    column.forEach((v, i) => (vectors[i * n + to] = sign * v));
  });
  return { values, vectors };
}
