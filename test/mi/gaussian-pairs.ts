import { makePoints } from "../../src/mi/float64/points.ts";
import { randomStream } from "../../src/mi/float64/random-stream.ts";
import type { Points } from "../../src/mi/index.ts";

/** Pairs of correlation ρ in some features. */
export function gaussianPairs(count: number, features: number, rho: number, seed: number): { x: Points; y: Points } {
  const stream = randomStream(seed);
  const x = makePoints(count, features, () => stream.normal());
  const y = makePoints(
    count,
    features,
    (i, k) => rho * x.values[i * features + k]! + Math.sqrt(1 - rho ** 2) * stream.normal(),
  );
  return { x, y };
}
