import type { Dataset } from "../../src/data/dataset.ts";
import { imageBytes } from "../../src/data/dataset.ts";

/**
 * Test accuracy of ridge regression on pixels and a constant against one-hot labels: what a linear model can do.
 * Normal equations (XᵀX + λI)W = XᵀY by Cholesky.
 */
export function ridgeAccuracy(train: Dataset, test: Dataset, lambda: number): number {
  const d = imageBytes(train) + 1;
  const x = rows(train, d);
  const { classes, count } = train;
  const gram = new Float64Array(d * d);
  const right = new Float64Array(d * classes);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < d; i++) {
      const value = x[n * d + i]!;
      right[i * classes + train.labels[n]!]! += value;
      for (let j = 0; j <= i; j++) gram[i * d + j]! += value * x[n * d + j]!;
    }
  }
  for (let i = 0; i < d; i++) gram[i * d + i]! += lambda;
  const weights = solve(gram, right, d, classes);
  const images = rows(test, d);
  let hits = 0;
  for (let n = 0; n < test.count; n++) {
    const scores = Array.from({ length: classes }, (_, c) => {
      let score = 0;
      for (let i = 0; i < d; i++) score += images[n * d + i]! * weights[i * classes + c]!;
      return score;
    });
    if (scores.indexOf(Math.max(...scores)) === test.labels[n]) hits++;
  }
  return hits / test.count;
}

function rows(data: Dataset, d: number): Float64Array {
  const x = new Float64Array(data.count * d).fill(1);
  for (let n = 0; n < data.count; n++) {
    for (let i = 0; i < d - 1; i++) x[n * d + i] = data.images[n * (d - 1) + i]! / 255 - 0.5;
  }
  return x;
}

/** Overwrites `a` with its Cholesky factor. */
function solve(a: Float64Array, b: Float64Array, d: number, columns: number): Float64Array {
  for (let j = 0; j < d; j++) {
    for (let i = j; i < d; i++) {
      let sum = a[i * d + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * d + k]! * a[j * d + k]!;
      a[i * d + j] = i === j ? Math.sqrt(sum) : sum / a[j * d + j]!;
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < d; i++) {
      let sum = b[i * columns + c]!;
      for (let k = 0; k < i; k++) sum -= a[i * d + k]! * b[k * columns + c]!;
      b[i * columns + c] = sum / a[i * d + i]!;
    }
    for (let i = d - 1; i >= 0; i--) {
      let sum = b[i * columns + c]!;
      for (let k = i + 1; k < d; k++) sum -= a[k * d + i]! * b[k * columns + c]!;
      b[i * columns + c] = sum / a[i * d + i]!;
    }
  }
  return b;
}
