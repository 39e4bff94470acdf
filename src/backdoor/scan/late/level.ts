const rounds = 100;

/**
 * Probabilities corrected for labels that too many images have: the mean probability of each flagged class becomes that of the
 * middle one of the other classes. A label with poison is more frequent than what its images show, and a network
 * that learnt from these labels guesses it too often; then poison looks less contradicted than it is.
 *
 * The weight of a flagged class goes by the square root of the ratio, round by round, until it no longer moves.
 *
 * @param probabilities - `(count, classes)`, row-major. @param flagged - classes; at least one is left over.
 * @example
 * ```ts
 * import { level } from "deconfound/backdoor";
 *
 * const levelled = level([0.8, 0.2, 0.6, 0.4], 2, [0]);
 * console.log(Array.from(levelled, (p) => p.toFixed(2)).join()); // 0.62,0.38,0.38,0.62
 * ```
 */
export function level(probabilities: ArrayLike<number>, classes: number, flagged: readonly number[]): Float64Array {
  const weights = new Float64Array(classes).fill(1);
  const others = Array.from(weights.keys()).filter((c) => !flagged.includes(c));
  let levelled = weighted(probabilities, weights);
  for (let round = 0; round < rounds && flagged.length > 0; round++) {
    const means = meansOf(levelled, classes);
    const sorted = others.map((c) => means[c]!).sort((a, b) => a - b);
    const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
    for (const c of flagged) if (means[c]! > 0) weights[c]! *= Math.sqrt(middle / means[c]!);
    levelled = weighted(probabilities, weights);
  }
  return levelled;
}

/** Each row times the weights, over its sum. */
function weighted(probabilities: ArrayLike<number>, weights: Float64Array): Float64Array {
  const result = Float64Array.from(probabilities, (p, at) => p * weights[at % weights.length]!);
  for (let start = 0; start < result.length; start += weights.length) {
    const row = result.subarray(start, start + weights.length);
    const sum = row.reduce((a, b) => a + b, 0);
    for (let c = 0; c < row.length; c++) row[c]! /= sum;
  }
  return result;
}

function meansOf(probabilities: Float64Array, classes: number): Float64Array {
  const means = new Float64Array(classes);
  for (let at = 0; at < probabilities.length; at++) {
    means[at % classes]! += (probabilities[at]! * classes) / probabilities.length;
  }
  return means;
}
