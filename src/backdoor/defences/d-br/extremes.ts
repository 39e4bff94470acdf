/** Indices of samples, ascending. */
export interface Extremes {
  /** Of the smallest scores. */
  readonly lowest: Int32Array;
  /** Of the largest ones. */
  readonly highest: Int32Array;
}

/**
 * The samples of the smallest and of the largest scores: ⌊share·N⌋ of them, at least one where the share is not 0. No sample is in both:
 * where the shares ask for more than there are, the largest scores go first. Of equal scores the smaller index counts as smaller.
 *
 * @param scores - one per sample. @param shares - each in 0 … 1.
 * @example
 * ```ts
 * import { extremes } from "deconfound/backdoor";
 *
 * const { lowest, highest } = extremes([5, 1, 3, 9], { lowest: 0.5, highest: 0.25 });
 * console.log(String(lowest), String(highest)); // 1,2 3
 * ```
 */
export function extremes(
  scores: ArrayLike<number>,
  shares: { readonly lowest: number; readonly highest: number },
): Extremes {
  const count = scores.length;
  const order = Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const many = (share: number): number => (share === 0 ? 0 : Math.max(1, Math.floor(share * count)));
  const high = many(shares.highest);
  const low = Math.min(many(shares.lowest), count - high);
  return { lowest: order.slice(0, low).sort(), highest: order.slice(count - high).sort() };
}
