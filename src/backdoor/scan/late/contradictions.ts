/**
 * J[a][b]: how many images labelled a surely look like b. Beside the diagonal stand the images whose label contradicts what they show.
 *
 * @param labels - 0 … classes − 1. @param looks - the class that each image surely looks like, else −1; see `confident`.
 * @example
 * ```ts
 * import { contradictions } from "deconfound/backdoor";
 *
 * console.log(contradictions([0, 0, 1, 1], [0, 1, 1, -1], 2).map(String).join(" ")); // 1,1 0,1
 * ```
 */
export function contradictions(
  labels: ArrayLike<number>,
  looks: ArrayLike<number>,
  classes: number,
): readonly Float64Array[] {
  const table = Array.from({ length: classes }, () => new Float64Array(classes));
  for (let i = 0; i < labels.length; i++) if (looks[i]! >= 0) table[labels[i]!]![looks[i]!]! += 1;
  return table;
}
