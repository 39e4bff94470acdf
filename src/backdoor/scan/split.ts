/** Sums over ascending values: n of them, of each and of its square, so that any part's mean and variance are at hand. */
export interface Ranked {
  /** Ascending. */
  readonly values: Float64Array;
  /** `sums[k]`: of the first k values, each less the median; `squares[k]` of the squares of those. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** @param ascending - finite. */
export function ranked(ascending: Float64Array): Ranked {
  const n = ascending.length;
  const centre = ascending[n >> 1] ?? 0; // sums of squares about it lose fewer digits
  const [sums, squares] = [new Float64Array(n + 1), new Float64Array(n + 1)];
  for (let i = 0; i < n; i++) {
    const value = ascending[i]! - centre;
    sums[i + 1] = sums[i]! + value;
    squares[i + 1] = squares[i]! + value * value;
  }
  return { values: ascending, sums, squares };
}

/** Added to the spread's square: parts of equal values are far apart, not infinitely far. */
const smallestSpread = 1e-6;

/**
 * D of the k lowest values and the others: (m₁ − m₀) / √((s₀² + s₁²) / 2), the distance of their means in units of the spread inside
 * them. A normal distribution has 2.7 at its median and 4 where it cuts off the upper 0.5 %.
 *
 * Source: Ashman, Bird and Zepf, Detecting Bimodality in Astronomical Datasets (1994), with the parts of a split instead of the
 * components of a mixture.
 */
export function distanceAt({ values: { length: n }, sums, squares }: Ranked, k: number): number {
  const m0 = sums[k]! / k;
  const m1 = (sums[n]! - sums[k]!) / (n - k);
  const v0 = Math.max(0, squares[k]! / k - m0 * m0);
  const v1 = Math.max(0, (squares[n]! - squares[k]!) / (n - k) - m1 * m1);
  return (m1 - m0) / Math.sqrt((v0 + v1) / 2 + smallestSpread);
}

/**
 * Where some values fall into two parts: the largest D, see {@link distanceAt}, and a threshold between its parts.
 *
 * @param values - finite.
 * @param least - each part has at least so many values. @param most - the upper part has at most so many. @defaultValue all
 * @returns distance 0 and threshold ∞ where there are fewer than two times `least` values, or all are equal.
 * @example
 * ```ts
 * import { splitByDistance } from "deconfound/backdoor";
 *
 * console.log(splitByDistance([0, 0.1, 5, 0.2, 5.1], 1).threshold.toFixed(1)); // 2.6
 * ```
 */
export function splitByDistance(
  values: ArrayLike<number>,
  least: number,
  most: number = values.length,
): { readonly threshold: number; readonly distance: number } {
  const all = ranked(Float64Array.from(values).sort());
  const n = values.length;
  let best = { threshold: Number.POSITIVE_INFINITY, distance: 0 };
  for (let k = Math.max(1, least, n - most); k <= n - Math.max(1, least); k++) {
    const [below, above] = [all.values[k - 1]!, all.values[k]!];
    if (below === above) continue; // equal values stay on one side
    const distance = distanceAt(all, k);
    if (distance > best.distance) best = { threshold: (below + above) / 2, distance };
  }
  return best;
}

/** Smallest part of a class: a share, and a number of images. */
const [leastShare, leastCount] = [0.03, 5];

/**
 * The images of a class in the upper part of {@link splitByDistance}, each part at least 3 % of the class and 5 images, and its D.
 *
 * @param values - one per image. @param members - indices of the class. @param most - images that the upper part may have. @defaultValue all
 */
export function upperPart(
  values: ArrayLike<number>,
  members: Int32Array,
  most?: number,
): { readonly upper: Int32Array; readonly distance: number } {
  const own = Float64Array.from(members, (i) => values[i]!);
  const { threshold, distance } = splitByDistance(
    own,
    Math.max(leastCount, Math.floor(leastShare * members.length)),
    most,
  );
  return { upper: members.filter((i) => values[i]! > threshold), distance };
}
