/**
 * Mean absolute activation of each channel over some images. Of activations after a ReLU, which are not negative, it is their mean.
 *
 * @param features - `(images, channels)`, row-major. @param channels - how many.
 * @example
 * ```ts
 * import { meanActivation } from "deconfound/backdoor";
 *
 * console.log(String(meanActivation([0, 2, 1, 4], 2))); // 0.5,3
 * ```
 */
export function meanActivation(features: ArrayLike<number>, channels: number): Float64Array {
  const images = features.length / channels;
  const means = new Float64Array(channels);
  for (let at = 0; at < features.length; at++) means[at % channels]! += Math.abs(features[at]!) / images;
  return means;
}

/** A last layer, and what it reads of some images. */
export interface LastLayer {
  /** `(images, channels)`, row-major. */
  readonly features: ArrayLike<number>;
  /** `(images)` */
  readonly labels: ArrayLike<number>;
  /** `(channels, classes)`, row-major. */
  readonly weight: ArrayLike<number>;
  /** `(classes)` */
  readonly bias: ArrayLike<number>;
}

/** How far {@link dormantChannels} goes. */
export interface PruningLimits {
  /** Channels that are pruned at a time, from 1. */
  readonly step: number;
  /** Share of the accuracy without pruning that may be lost, 0 … 1. */
  readonly drop: number;
  /** Channels that are pruned at most. */
  readonly most: number;
}

/**
 * The channels that can go: the least active ones first, `step` at a time, as long as the accuracy is not below (1 − drop) times that of
 * the whole layer. The step that would bring it below is not taken.
 *
 * @returns channels in the order of pruning: a number of whole steps, or `most` of them.
 * @example
 * ```ts
 * import { dormantChannels } from "deconfound/backdoor";
 *
 * // two images of classes 0 and 1; channel 2 is never active, channels 0 and 1 tell the classes
 * const layer = { features: [1, 0, 0, 0, 2, 0], labels: [0, 1], weight: [1, 0, 0, 1, 5, 5], bias: [0, 0] };
 * console.log(String(dormantChannels(layer, { step: 1, drop: 0, most: 3 }))); // 2,0
 * ```
 */
export function dormantChannels(layer: LastLayer, { step, drop, most }: PruningLimits): readonly number[] {
  const channels = layer.weight.length / layer.bias.length;
  const means = meanActivation(layer.features, channels);
  const order = [...means.keys()].sort((a, b) => means[a]! - means[b]! || a - b).slice(0, most);
  const least = (1 - drop) * accuracyWithout(layer, new Set());
  let pruned = 0;
  while (pruned < order.length) {
    const next = Math.min(order.length, pruned + step);
    if (accuracyWithout(layer, new Set(order.slice(0, next))) < least) break;
    pruned = next;
  }
  return order.slice(0, pruned);
}

/** Share of the images that are called by their label where some channels are silent; of equal logits the first class counts. */
function accuracyWithout({ features, labels, weight, bias }: LastLayer, silent: ReadonlySet<number>): number {
  const classes = bias.length;
  const channels = weight.length / classes;
  let right = 0;
  for (let image = 0; image < labels.length; image++) {
    const logits = Float64Array.from(bias);
    for (let channel = 0; channel < channels; channel++) {
      if (silent.has(channel)) continue;
      const value = features[image * channels + channel]!;
      for (let label = 0; label < classes; label++) logits[label]! += value * weight[channel * classes + label]!;
    }
    if (logits.indexOf(Math.max(...logits)) === labels[image]) right++;
  }
  return right / labels.length;
}
