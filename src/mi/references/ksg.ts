import type { OptionsOf } from "../../options/option.ts";
import { ConfigError } from "../../tensor/errors.ts";
import { polygamma } from "../../tensor/gamma-function.ts";
import { captureSite } from "../../tensor/site.ts";
import type { Points, ReferenceEstimator } from "../estimator.ts";
import { countPoints } from "../float64/points.ts";

const options = {
  k: { kind: "integer", default: 5, from: 1, to: 1000, unit: "neighbours", doc: "which neighbour sets the radius" },
} as const;

/** How many neighbours KSG looks at. */
export type KsgOptions = OptionsOf<typeof options>;

/** Largest difference of a feature between sample i and each other one, into `distances`. */
function distancesFrom({ values, count, features }: Points, i: number, distances: Float64Array): void {
  for (let j = 0; j < count; j++) {
    let most = 0;
    for (let k = 0; k < features; k++) {
      const apart = Math.abs(values[i * features + k]! - values[j * features + k]!);
      if (apart > most) most = apart;
    }
    distances[j] = most;
  }
}

/**
 * The first estimator of Kraskov, Stögbauer and Grassberger: ψ(k) + ψ(n) − mean[ψ(n_x + 1) + ψ(n_y + 1)]. The radius of sample i is the
 * distance to its k-th neighbour in (x, y) by the largest difference of a feature; n_x and n_y count the samples strictly within it in x
 * and in y.
 *
 * n² in time. Features should be of one scale. Too low where k·(what the density changes over) is not small: in many dimensions, and
 * where I is large. Samples that repeat exactly break it: add noise far below their spacing.
 */
export const ksg: ReferenceEstimator<KsgOptions> = {
  name: "ksg",
  summary: "nearest neighbours: no critic, no model; for few dimensions",
  source: "Kraskov, Stögbauer & Grassberger, Estimating Mutual Information (2004), eq. 8",
  facts: { bound: "neither", unit: "nats", optimum: "no critic", shift: "none", gradient: "none" },
  options,
  value(x, y, { k }) {
    const n = countPoints("ksg", x, y);
    if (k >= n) {
      throw new ConfigError(
        `ksg: k is ${k}, of ${n} samples`,
        ["expects k below the number of samples"],
        captureSite(),
      );
    }
    const [inX, inY, nearest] = [new Float64Array(n), new Float64Array(n), new Float64Array(k)];
    let sum = 0;
    for (let i = 0; i < n; i++) {
      distancesFrom(x, i, inX);
      distancesFrom(y, i, inY);
      nearest.fill(Number.POSITIVE_INFINITY);
      for (let j = 0; j < n; j++) if (j !== i) insert(nearest, Math.max(inX[j]!, inY[j]!));
      const radius = nearest[k - 1]!;
      let [nx, ny] = [0, 0];
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        if (inX[j]! < radius) nx++;
        if (inY[j]! < radius) ny++;
      }
      sum += polygamma(0, nx + 1) + polygamma(0, ny + 1);
    }
    return polygamma(0, k) + polygamma(0, n) - sum / n;
  },
};

/** Keeps the smallest numbers, in order. */
function insert(smallest: Float64Array, value: number): void {
  let at = smallest.length - 1;
  if (value >= smallest[at]!) return;
  for (; at > 0 && smallest[at - 1]! > value; at--) smallest[at] = smallest[at - 1]!;
  smallest[at] = value;
}
