import type { Points } from "../estimator.ts";
import type { Matrix } from "./cholesky.ts";

/** Means of the products of the features of x and those of y, each less its mean: (features of x, features of y). */
export function covarianceOf(x: Points, y: Points): Matrix {
  const means = (z: Points): number[] =>
    Array.from({ length: z.features }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < z.count; i++) sum += z.values[i * z.features + k]!;
      return sum / z.count;
    });
  const [ofX, ofY] = [means(x), means(y)];
  return ofX.map((meanX, a) =>
    ofY.map((meanY, b) => {
      let sum = 0;
      for (let i = 0; i < x.count; i++) {
        sum += (x.values[i * x.features + a]! - meanX) * (y.values[i * y.features + b]! - meanY);
      }
      return sum / x.count;
    }),
  );
}
