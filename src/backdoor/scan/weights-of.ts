import { quantile } from "../quantile.ts";

/** Class sizes that differ by less than a fifth are left alone: so they do by what the other classes lost. */
const enough = 0.8;

/** Few images that count much are learnt by heart. */
const most = 2;

/**
 * Weights of the training images: 0 for suspects, 1 for others, but more for the class that lost a large part to suspicion, so that it is
 * not taken for a rare one.
 *
 * Poison of an attack that changes labels comes from other classes: without it the target is as large as they are. Poison of a
 * clean-label attack is the target's own. Of 500 airplanes among 5,000 images of CIFAR-10 250 carry the stripes of SIG; WRN-16-1 trained
 * without them knew 50 and 45 of 100 test airplanes (seeds 0 and 1), and 60 and 62 with twice the weight on the others.
 *
 * w = min(2, usual / left), where `left` counts the images of a class that are no suspects, and `usual` those that the class had or the
 * median of what the other classes have left, whichever is less. 1 where left ≥ 0.8·usual.
 *
 * @param labels - per image, 0 … classes − 1. @param suspects - indices.
 * @returns per image.
 * @example
 * ```ts
 * import { weightsOf } from "deconfound/backdoor";
 *
 * const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2);
 * console.log(weightsOf(labels, [0, 1], 3).slice(0, 6).join(" ")); // 0 0 2 2 1 1
 * ```
 */
export function weightsOf(labels: Int32Array, suspects: Int32Array | readonly number[], classes: number): Float32Array {
  const weights = new Float32Array(labels.length).fill(1);
  for (const index of suspects) weights[index] = 0;
  const [before, left] = [new Float64Array(classes), new Float64Array(classes)];
  for (const [i, label] of labels.entries()) {
    before[label]! += 1;
    left[label]! += weights[i]!;
  }
  const factors = left.map((count, label) => {
    const usual = Math.min(
      before[label]!,
      quantile(
        left.filter((_, other) => other !== label),
        0.5,
      ),
    );
    return count >= enough * usual ? 1 : Math.min(most, usual / count);
  });
  return weights.map((weight, i) => weight * factors[labels[i]!]!);
}
