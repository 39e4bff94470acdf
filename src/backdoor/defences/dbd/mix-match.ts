import { beta } from "../../../tensor/distributions/gamma.ts";
import { sum } from "../../../tensor/ops/broadcast.ts";
import { add, div, maximum, mul, pow, sub } from "../../../tensor/ops/elementwise.ts";
import { gather } from "../../../tensor/ops/gather.ts";
import { permutation, split } from "../../../tensor/random.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

/**
 * Probabilities that are surer: p_k^(1/T) over their sum.
 *
 * @param probabilities - `f32 (n, k)`, rows that sum to 1. @param temperature - T in (0, 1]; at 1 they stay as they are.
 * Source: Berthelot et al., MixMatch (NeurIPS 2019), equation 7.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { sharpened } from "deconfound/backdoor";
 *
 * const surer = await evaluateReference(sharpened(tensor([[0.75, 0.25]]), 0.5)).data();
 * console.log(Array.from(surer, (p) => p.toFixed(2)).join(" ")); // 0.90 0.10
 * ```
 */
export function sharpened(probabilities: AnyTensor, temperature: number): AnyTensor {
  const powers = pow(probabilities, 1 / temperature);
  return div(powers, sum(powers, { axis: 1, keepDims: true }));
}

/** Images, and what they show as probabilities. */
export interface SoftBatch {
  /** `f32 (n, h, w, c)` */
  readonly images: AnyTensor;
  /** `f32 (n, k)` */
  readonly targets: AnyTensor;
}

/**
 * Each sample mixed with another one of the batch: λ·x_i + (1 − λ)·x_j, images and targets alike. j is a permutation; λ = max(μ, 1 − μ) with
 * μ from Beta(α, α), one for the batch, so that a sample stays nearer to itself.
 *
 * @param key - `u32 (2)`. @param alpha - α > 0.
 * Source: Berthelot et al., MixMatch (NeurIPS 2019), equations 8 to 11; one λ for a batch as in DBD's code.
 * @example
 * ```ts
 * import { evaluateReference, ones, random } from "deconfound";
 * import { mixedUp } from "deconfound/backdoor";
 *
 * const { targets } = mixedUp({ images: ones([2, 1, 1, 1]), targets: ones([2, 3]) }, random.key(0), 0.75);
 * console.log((await evaluateReference(targets).data()).length); // 6
 * ```
 */
export function mixedUp({ images, targets }: SoftBatch, key: AnyTensor, alpha: number): SoftBatch {
  const [shares, order] = split(key);
  const drawn = beta(shares, [], { a: alpha, b: alpha });
  const share = maximum(drawn, sub(1, drawn));
  const partners = permutation(order, images.shape[0]!);
  const mix = (x: AnyTensor): AnyTensor => add(mul(x, share), mul(gather(x, partners), sub(1, share)));
  return { images: mix(images), targets: mix(targets) };
}
