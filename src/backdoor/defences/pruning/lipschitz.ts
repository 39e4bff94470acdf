import type { BatchNormUse } from "../../../nn/classifier.ts";
import { leadingDirections } from "../../leading-directions.ts";
import { spreadOf } from "./spread.ts";

/** What `batchNormLayer` adds to the variance. */
const epsilon = 1e-5;

/**
 * Upper bound of each channel's Lipschitz constant, over convolution and batch norm together:
 *
 *     σₖ = |γₖ| / √(running varianceₖ + ε) · largest singular value of Wₖ,   Wₖ: (inputs, taps), the kernel of channel k
 *
 * @param kernel - `(kh, kw, c, k)`, row-major: of the convolution whose output the batch norm reads.
 * @param scale - γ/√(variance + ε), one per channel.
 * @example
 * ```ts
 * import { channelLipschitz } from "deconfound/backdoor";
 *
 * const kernel = { values: [3, 1, 4, 0], shape: [1, 2, 1, 2] }; // channel 0: taps 3 and 4; channel 1: taps 1 and 0
 * console.log(String(channelLipschitz(kernel, [2, -1]))); // 10,1
 * ```
 */
export function channelLipschitz(
  { values, shape }: { readonly values: ArrayLike<number>; readonly shape: readonly number[] },
  scale: ArrayLike<number>,
): Float64Array {
  const [height, width, inputs, channels] = shape as [number, number, number, number];
  const taps = height * width;
  return Float64Array.from({ length: channels }, (_, channel) => {
    const slice = Float64Array.from({ length: inputs * taps }, (_, i) => {
      const [input, tap] = [Math.floor(i / taps), i % taps];
      return values[(tap * inputs + input) * channels + channel]!;
    });
    return Math.abs(scale[channel]!) * leadingDirections(slice, taps, 1).values[0]!;
  });
}

/** The channels of a layer whose bound is above mean + u · standard deviation of the layer's. */
export function highLipschitz(bounds: Float64Array, u: number): readonly number[] {
  const { mean, deviation } = spreadOf([...bounds]);
  return [...bounds.keys()].filter((channel) => bounds[channel]! > mean + u * deviation);
}

/** {@link channelLipschitz} of a batch norm; null for one that reads no convolution's output. */
export async function lipschitzOf({ params, stats, conv }: BatchNormUse): Promise<Float64Array | null> {
  if (conv === undefined) return null;
  const [gamma, variance] = [await params.gamma.data(), await stats.variance.data()];
  const scale = Float64Array.from(gamma, (value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  return channelLipschitz({ values: await conv.weight.data(), shape: conv.weight.shape }, scale);
}
