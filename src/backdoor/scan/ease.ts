/** Nats. Keeps a loss of nearly 0 from counting without bound. */
const smallestLoss = 0.02;

/**
 * How easily each image was learnt: aᵢ = −mean over looks t of log(L[t][i] + 0.02). It is high for what was fitted at every look, and
 * one look at which a loss happened to be low changes it little.
 *
 * @param losses - per look, the losses of all images in nats; see `lossHistory`.
 * @returns one number per image, in −log(largest loss) … 3.9.
 * @example
 * ```ts
 * import { easeOf } from "deconfound/backdoor";
 *
 * const [poison, clean] = easeOf([Float32Array.of(0.02, 1.5), Float32Array.of(0, 1)]);
 * console.log(poison?.toFixed(2), clean?.toFixed(2)); // 3.57 -0.22
 * ```
 */
export function easeOf(losses: readonly Float32Array[]): Float64Array {
  const ease = new Float64Array(losses[0]?.length ?? 0);
  for (const look of losses) {
    for (let i = 0; i < ease.length; i++) ease[i]! -= Math.log(look[i]! + smallestLoss) / losses.length;
  }
  return ease;
}
