import { quantile } from "../../quantile.ts";
import { splitByDistance } from "../split.ts";

/** Images that a trigger net calls positive. */
export interface Hits {
  /** 1 for a hit, else 0. */
  readonly hits: Uint8Array;
  /** Share of the positives that are hits: by chance that of the references, 0.01. */
  readonly share: number;
}

/** Share of the references that may be hits in the first round, and that may be suspects in the end. */
const [strange, joins] = [0.01, 0.001];
/** Share of the positives that must be hits. Measured: without a trigger 0.007 to 0.02, a warp 0.06, patches in an all-to-all attack 0.68 and 0.74. */
export const leastHit = 0.25;
/** D that the scores must have in the second round; see `distanceAt`. */
const leastSeparation = 5;
/** Smallest part of all images, share and number. */
const [leastShare, leastCount] = [1 / 200, 10];

/**
 * The images that score above all but one per cent of the references. If few positives do, they have nothing in common that the
 * network sees: there is no trigger.
 *
 * @param score - per image, higher looks more like a positive. @param positive - 1 for a positive. @param reference - 1 for a reference.
 * @example
 * ```ts
 * import { hitsOf } from "deconfound/backdoor";
 *
 * const { hits, share } = hitsOf([5, 4, -1, 0, 1], [1, 1, 1, 0, 0], [0, 0, 0, 1, 1]);
 * console.log(String(hits), share.toFixed(2)); // 1,1,0,0,1 0.67
 * ```
 */
export function hitsOf(score: ArrayLike<number>, positive: ArrayLike<number>, reference: ArrayLike<number>): Hits {
  const least = quantile(valuesAt(score, reference), 1 - strange);
  const hits = Uint8Array.from(score, (value) => (value > least ? 1 : 0));
  const of = valuesAt(score, positive);
  return { hits, share: of.filter((value) => value > least).length / Math.max(1, of.length) };
}

/** The images with the trigger, and how far their scores are from the others'. */
export interface TriggerSuspects {
  /** D of all scores. */
  readonly distance: number;
  /** 1 for a suspect, else 0; none unless D is large enough. */
  readonly suspects: Uint8Array;
}

/**
 * Splits the scores of the second round. The split itself is strict; whoever scores above all but one in a thousand of the references
 * is a suspect too.
 *
 * @param score - per image, higher looks more like a positive. @param reference - 1 for a reference that was no hit.
 * @example
 * ```ts
 * import { triggerSuspects } from "deconfound/backdoor";
 *
 * const score = Array.from({ length: 60 }, (_, i) => (i < 12 ? 5 : 0) + (i % 3) / 10);
 * const { suspects } = triggerSuspects(score, score.map((_, i) => (i < 30 ? 0 : 1)));
 * console.log(suspects.lastIndexOf(1)); // 11
 * ```
 */
export function triggerSuspects(score: ArrayLike<number>, reference: ArrayLike<number>): TriggerSuspects {
  const { distance, threshold } = splitByDistance(score, Math.max(leastCount, Math.floor(leastShare * score.length)));
  if (distance <= leastSeparation) return { distance, suspects: new Uint8Array(score.length) };
  const least = Math.min(threshold, quantile(valuesAt(score, reference), 1 - joins));
  return { distance, suspects: Uint8Array.from(score, (value) => (value > least ? 1 : 0)) };
}

function valuesAt(values: ArrayLike<number>, marks: ArrayLike<number>): number[] {
  return Array.from(values).filter((_, i) => marks[i] === 1);
}
