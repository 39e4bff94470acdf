import { spreadOf } from "./spread.ts";

/** Width of a bin of the histogram, in standard deviations. */
const binWidth = 0.1;

/**
 * Entropy of each channel's values over some images, in nats: the values are standardized, and counted in bins of 0.1.
 *
 *     H = −Σ p ln p,   p: shares of the images per bin
 *
 * A channel that answers to a trigger has a few values far from the others. These make the standard deviation large, so the others
 * crowd into few bins, and the entropy is low.
 *
 * @param values - `(images, channels)`, row-major.
 * @returns one entropy per channel; NaN where all values are equal, since such a channel has no scale.
 * @example
 * ```ts
 * import { channelEntropy } from "deconfound/backdoor";
 *
 * const [spread, pair] = channelEntropy([0, 0, 1, 0, 2, 9, 3, 9], 2); // four images, two channels
 * console.log(spread?.toFixed(3), pair?.toFixed(3)); // 1.386 0.693
 * ```
 */
export function channelEntropy(values: ArrayLike<number>, channels: number): Float64Array {
  const images = values.length / channels;
  return Float64Array.from({ length: channels }, (_, channel) => {
    const own = Array.from({ length: images }, (_, i) => values[i * channels + channel]!);
    const { mean, deviation } = spreadOf(own);
    if (deviation === 0) return Number.NaN;
    const bins = new Map<number, number>();
    for (const value of own) {
      const bin = Math.floor((value - mean) / deviation / binWidth);
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
    }
    return [...bins.values()].reduce((sum, count) => sum - (count / images) * Math.log(count / images), 0);
  });
}

/**
 * The channels of a layer whose entropy is below mean − u · standard deviation of the layer's. Channels without an entropy are passed
 * over: they tell the images from each other as little as a pruned one does.
 */
export function lowEntropy(entropies: Float64Array, u: number): readonly number[] {
  const { mean, deviation } = spreadOf([...entropies].filter((entropy) => !Number.isNaN(entropy)));
  return [...entropies.keys()].filter((channel) => entropies[channel]! < mean - u * deviation);
}
