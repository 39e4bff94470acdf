import { separation } from "./separation.ts";

/** What {@link suspectsOf} found. */
export interface Split {
  /** D over all images; see {@link separation}. */
  readonly distance: number;
  /** Ease above which an image lies in the upper part of all. */
  readonly threshold: number;
  /** Labels that hold at least a tenth of the upper part, ascending. */
  readonly classes: readonly number[];
  /** 1 for a suspect, else 0. */
  readonly suspects: Uint8Array;
}

/** Smallest part of all images, and of one class: a share, and a number of images. */
const [leastOfAll, leastOfClass] = [
  { share: 1 / 200, count: 10 },
  { share: 0.03, count: 5 },
];
/** Share of the upper part from which on a class is looked into. */
const leastShare = 0.1;

/**
 * Splits a training set by how easily its images were learnt: first all images, which says which classes the upper part is made
 * of, then each of those classes for itself, which says who is in it.
 *
 * @param ease - one number per image; see {@link easeOf}.
 * @param labels - 0 … classes − 1.
 * @example
 * ```ts
 * import { suspectsOf } from "deconfound/backdoor";
 *
 * const ease = Float64Array.from({ length: 60 }, (_, i) => (i < 12 ? 4 : 0) + (i % 3) / 10);
 * const labels = Int32Array.from({ length: 60 }, (_, i) => (i < 12 ? 1 : i % 2));
 * const { classes, suspects } = suspectsOf(ease, labels, 2);
 * console.log(String(classes), suspects.indexOf(0)); // 1 12
 * ```
 */
export function suspectsOf(ease: ArrayLike<number>, labels: ArrayLike<number>, classes: number): Split {
  const n = ease.length;
  const { threshold, distance } = separation(ease, atLeast(leastOfAll, n));
  const upper = new Float64Array(classes);
  let size = 0;
  for (let i = 0; i < n; i++) {
    if (ease[i]! <= threshold) continue;
    upper[labels[i]!]! += 1;
    size++;
  }
  const flagged = Array.from(upper.keys()).filter((label) => size > 0 && upper[label]! >= leastShare * size);
  const suspects = new Uint8Array(n);
  for (const label of flagged) {
    const members = Array.from({ length: n }, (_, i) => i).filter((i) => labels[i] === label);
    const own = members.map((i) => ease[i]!);
    const split = separation(own, atLeast(leastOfClass, own.length));
    for (const i of members) suspects[i] = ease[i]! > split.threshold ? 1 : 0;
  }
  return { distance, threshold, classes: flagged, suspects };
}

function atLeast({ share, count }: { readonly share: number; readonly count: number }, n: number): number {
  return Math.max(count, Math.floor(share * n));
}
