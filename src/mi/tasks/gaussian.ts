import type { Matrix } from "../float64/cholesky.ts";
import { cholesky, logDeterminantOf } from "../float64/cholesky.ts";
import { makePoints } from "../float64/points.ts";
import type { RandomStream } from "../float64/random-stream.ts";
import { randomStream } from "../float64/random-stream.ts";
import type { Pairs, Task } from "./task.ts";

const block = (a: Matrix, from: number, to: number): Matrix => a.slice(from, to).map((row) => row.slice(from, to));

/** ½ ln(|Σxx|·|Σyy|/|Σ|), where the first features are those of x. */
export function gaussianTruth(covariance: Matrix, featuresOfX: number): number {
  const n = covariance.length;
  const parts =
    logDeterminantOf(block(covariance, 0, featuresOfX)) + logDeterminantOf(block(covariance, featuresOfX, n));
  return (parts - logDeterminantOf(covariance)) / 2;
}

/** One normal vector L·z per pair, cut in x and y. */
export function drawGaussian(count: number, lower: Matrix, featuresOfX: number, stream: RandomStream): Pairs {
  const n = lower.length;
  const drawn = makePoints(count, n, () => 0);
  const z = new Float64Array(n);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < n; k++) z[k] = stream.normal();
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let j = 0; j <= k; j++) sum += lower[k]![j]! * z[j]!;
      drawn.values[i * n + k] = sum;
    }
  }
  return {
    x: makePoints(count, featuresOfX, (i, k) => drawn.values[i * n + k]!),
    y: makePoints(count, n - featuresOfX, (i, k) => drawn.values[i * n + featuresOfX + k]!),
  };
}

/** A normal vector with a covariance, its first features x, the others y. */
export function gaussianTask(id: string, summary: string, covariance: Matrix, featuresOfX: number): Task {
  const lower = cholesky(covariance);
  return {
    id,
    summary,
    features: { x: featuresOfX, y: covariance.length - featuresOfX },
    truth: gaussianTruth(covariance, featuresOfX),
    sample: (count, seed) => drawGaussian(count, lower, featuresOfX, randomStream(seed)),
  };
}

const square = (n: number, at: (i: number, j: number) => number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => at(i, j)));

/** Every two of all features have the same correlation. */
export function denseCovariance(features: number, correlation: number): Matrix {
  return square(2 * features, (i, j) => (i === j ? 1 : correlation));
}

/** The first pairs of features (x_k, y_k) are correlated, all else is independent. */
export function pairedCovariance(features: number, paired: number, correlation: number): Matrix {
  return square(2 * features, (i, j) => {
    if (i === j) return 1;
    return Math.abs(i - j) === features && Math.min(i, j) < paired ? correlation : 0;
  });
}
