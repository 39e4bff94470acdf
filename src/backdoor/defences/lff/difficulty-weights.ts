import { relativeDifficulty } from "../../../cbd/sample-weights.ts";
import { div, maximum } from "../../../tensor/ops/elementwise.ts";
import { gather } from "../../../tensor/ops/gather.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { classMaxima } from "./class-maxima.ts";

/** Of a class whose largest loss is 0: all its losses are, and stay 0. */
const least = 1e-12;

/** The losses of two networks for every sample of a set. */
export interface LossPair {
  /** Of the biased network and of the other one, `f32 (N)`, ≥ 0. */
  readonly biased: AnyTensor;
  readonly debiased: AnyTensor;
  /** `i32 (N)`. */
  readonly labels: AnyTensor;
  readonly classes: number;
}

/**
 * How hard samples are for the biased network, as a share: w = ℓ_B / (ℓ_B + ℓ_D + 1e-8). Before, each loss is divided by the largest one of
 * its class in the whole set, so that a class which is hard as such gets no other weights for it.
 *
 * @param indices - `i32 (n)`: the samples to weigh.
 * @returns `f32 (n)`, in [0, 1].
 *
 * Deviation: a class in which every loss is 0 gets weights 0; the authors' code divides 0 by 0 there.
 * Source: Nam et al., Learning from Failure (2020), equation 3 and the authors' code.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { difficultyWeights } from "deconfound/backdoor";
 *
 * const labels = tensor([0, 0, 1], { dtype: "i32" });
 * const losses = { biased: tensor([2, 1, 5]), debiased: tensor([1, 1, 5]), labels, classes: 2 };
 * const weights = await evaluateReference(difficultyWeights(losses, tensor([0, 1, 2], { dtype: "i32" }))).data();
 * console.log(Array.from(weights, (weight) => weight.toFixed(2)).join(" ")); // 0.50 0.33 0.50
 * ```
 */
export function difficultyWeights({ biased, debiased, labels, classes }: LossPair, indices: AnyTensor): AnyTensor {
  const own = gather(labels, indices);
  const relative = (losses: AnyTensor): AnyTensor => {
    const most = gather(classMaxima(losses, labels, classes), own);
    return div(gather(losses, indices), maximum(most, least));
  };
  return relativeDifficulty(relative(biased), relative(debiased));
}
