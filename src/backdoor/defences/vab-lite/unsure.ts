/**
 * A running mean of the entropies of all samples over rounds.
 *
 * @param before - of the rounds so far; undefined in the first one. @param now - of this round.
 * @param weight - of this round, in [0, 1].
 * @example
 * ```ts
 * import { movingEntropies } from "deconfound/backdoor";
 *
 * console.log(String(movingEntropies([4, 0], [0, 4], 0.75))); // 1,3
 * ```
 */
export function movingEntropies(
  before: ArrayLike<number> | undefined,
  now: ArrayLike<number>,
  weight: number,
): Float64Array {
  return Float64Array.from(now, (value, i) =>
    before === undefined ? value : weight * value + (1 - weight) * before[i]!,
  );
}

/**
 * Values from 0, the smallest, to 1, the largest; all 1 where they are equal, so that no threshold finds a sample.
 *
 * @example
 * ```ts
 * import { scaledToOne } from "deconfound/backdoor";
 *
 * console.log(String(scaledToOne([2, 4, 3])), String(scaledToOne([5, 5]))); // 0,1,0.5 1,1
 * ```
 */
export function scaledToOne(values: ArrayLike<number>): Float64Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) [least, most] = [Math.min(least, values[i]!), Math.max(most, values[i]!)];
  return Float64Array.from(values, (value) => (most > least ? (value - least) / (most - least) : 1));
}
