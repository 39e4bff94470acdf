import { quantile } from "../../quantile.ts";

/** Share of the images of a predicted class that count as sure. */
const sure = 0.5;

/** The most probable class per image; of equal ones the first. @param probabilities - `(count, classes)`, row-major. */
export function looksLike(probabilities: ArrayLike<number>, classes: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++)
      if (probabilities[i * classes + c]! > probabilities[i * classes + best]!) best = c;
    return best;
  });
}

/**
 * The class that an image surely looks like, else −1: the most probable class, if its probability lies in the upper half of those
 * images that look like the same class. So it needs no threshold that fits one set only, and no class is left out.
 *
 * @param probabilities - `(count, classes)`, row-major.
 * @example
 * ```ts
 * import { confident } from "deconfound/backdoor";
 *
 * console.log(String(confident([0.9, 0.1, 0.6, 0.4, 0.7, 0.3, 0.2, 0.8], 2))); // 0,-1,0,1
 * ```
 */
export function confident(probabilities: ArrayLike<number>, classes: number): Int32Array {
  const looks = looksLike(probabilities, classes);
  const least = Array.from({ length: classes }, (_, c) => {
    const own: number[] = [];
    for (let i = 0; i < looks.length; i++) if (looks[i] === c) own.push(probabilities[i * classes + c]!);
    return own.length === 0 ? Number.POSITIVE_INFINITY : quantile(own, 1 - sure);
  });
  return looks.map((c, i) => (probabilities[i * classes + c]! >= least[c]! ? c : -1));
}
