/** Smallest probability of all other classes together: 1 − e^−loss is 0 where the loss is, and has no logarithm. */
const leastOther = 1e-30;

/**
 * Losses as they would be if all classes were equally common: the odds of the label, p / (1 − p) with p = e^−loss, times the odds of any
 * one of equally common classes, 1 / (C − 1), divided by the odds of the label in the set.
 *
 * A network guesses common classes first, so images of these have low losses early, however little it has learnt of them. In a
 * set whose most common class has 40 % of the images that alone makes the class stand apart. Where all classes are
 * equally common nothing changes.
 *
 * Source: the prior of the labels taken off the logits as in Menon et al., Long-Tail Learning via Logit Adjustment (ICLR 2021), by
 * own class against all others, since only the label's loss is kept.
 *
 * @param losses - per image, cross entropy in nats, 0 or more. @param labels - per image, 0 … classes − 1.
 * @returns per image, nats, 0 or more.
 * @example
 * ```ts
 * import { levelLosses } from "deconfound/backdoor";
 *
 * const losses = Float32Array.of(0.29, 0.29, 0.29, 1.39); // three of four images are of class 0: it guesses 0.75 and 0.25
 * const level = levelLosses(losses, Int32Array.of(0, 0, 0, 1), 2);
 * console.log(Array.from(level, (loss) => loss.toFixed(1)).join(" ")); // 0.7 0.7 0.7 0.7
 * ```
 */
export function levelLosses(losses: Float32Array, labels: Int32Array, classes: number): Float32Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]! += 1;
  const shifts = counts.map((count) => Math.log((count * (classes - 1)) / (labels.length - count)));
  return losses.map((loss, i) => {
    const shift = shifts[labels[i]!]!;
    if (shift === 0 || !Number.isFinite(shift)) return loss; // one class alone has no others
    const logit = -loss - Math.log(Math.max(leastOther, -Math.expm1(-loss))) - shift;
    return Math.max(0, -logit) + Math.log1p(Math.exp(-Math.abs(logit)));
  });
}
