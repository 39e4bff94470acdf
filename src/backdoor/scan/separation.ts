/** How far apart two parts of some values lie. */
export interface Separation {
  /** Midway between the highest value of the lower part and the lowest of the upper one. */
  readonly threshold: number;
  /**
   * D = (m₁ − m₀) / √((s₀² + s₁²) / 2): the distance of the means in units of the spread inside the parts. A normal distribution
   * has up to 4 at a split in its tail, an even one 3.5.
   */
  readonly distance: number;
}

/** Added to the spread's square: parts of equal values are far apart, not infinitely far. */
const smallestSpread = 1e-6;

/**
 * The split of some values that maximises {@link Separation.distance} over all thresholds.
 *
 * Source: D of Ashman, Bird and Zepf, Detecting Bimodality in Astronomical Datasets (1994), with the parts of a split instead of
 * the components of a mixture.
 *
 * @param values - finite.
 * @param least - each part has at least so many values. @defaultValue 1
 * @returns distance 0 and threshold ∞ where there are fewer than two times `least` values, or all are equal.
 * @example
 * ```ts
 * import { separation } from "deconfound/backdoor";
 *
 * const { threshold, distance } = separation([0, 0.1, 5, 0.2, 5.1]);
 * console.log(threshold.toFixed(1), distance > 10); // 2.6 true
 * ```
 */
export function separation(values: ArrayLike<number>, least = 1): Separation {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const centre = sorted[n >> 1] ?? 0; // sums of squares about it lose fewer digits
  let [sum, squares] = [0, 0];
  for (const value of sorted) {
    sum += value - centre;
    squares += (value - centre) ** 2;
  }
  let [below, squaresBelow] = [0, 0];
  let best: Separation = { threshold: Number.POSITIVE_INFINITY, distance: 0 };
  for (let k = 1; k < n; k++) {
    const value = sorted[k - 1]! - centre;
    below += value;
    squaresBelow += value * value;
    if (k < least || n - k < least || sorted[k] === sorted[k - 1]) continue; // equal values stay on one side
    const [m0, m1] = [below / k, (sum - below) / (n - k)];
    const v0 = Math.max(0, squaresBelow / k - m0 * m0);
    const v1 = Math.max(0, (squares - squaresBelow) / (n - k) - m1 * m1);
    const distance = (m1 - m0) / Math.sqrt((v0 + v1) / 2 + smallestSpread);
    if (distance > best.distance) best = { threshold: (sorted[k - 1]! + sorted[k]!) / 2, distance };
  }
  return best;
}
