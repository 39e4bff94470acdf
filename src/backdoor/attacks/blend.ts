import { randomStream } from "../../data/random-stream.ts";
import type { OptionsOf } from "../../options/option.ts";
import type { Attack } from "../attack.ts";
import { imageOption, pictureAt } from "../attack-image.ts";
import {
  checkTarget,
  dirtyLabelsOption,
  excludeTargetOption,
  poisonRules,
  rateBaseOption,
  rateOption,
  targetOption,
} from "../poison-choice.ts";

/** Options of {@link blend}. */
export const blendOptions = {
  rate: rateOption as typeof rateOption,
  rateBase: rateBaseOption as typeof rateBaseOption,
  target: targetOption as typeof targetOption,
  labels: dirtyLabelsOption as typeof dirtyLabelsOption,
  excludeTarget: excludeTargetOption as typeof excludeTargetOption,
  alpha: { kind: "number", default: 0.2, from: 0, to: 1, doc: "share of the pattern in the mixture" },
  image: imageOption as typeof imageOption,
  quantise: { kind: "choice", default: "trunc", choices: ["trunc", "round"], doc: "how the mixture becomes bytes" },
} as const;

export type BlendOptions = OptionsOf<typeof blendOptions>;

const name = "blend";

/** Second key word of the pattern. */
const patternStream = 0x626c6e64;

/**
 * Blended injection: mixes one pattern K into the whole image,
 *
 *     x' = (1 − α)·x + α·K
 *
 * K is the user's picture at the images' size, or grey noise, uniform in 0 … 255, drawn once from the seed; the same in training and test.
 *
 * Deviation: the ABL, NAD and CBD repositories draw another mask per image, which leaves no fixed trigger to learn.
 */
export const blend: Attack<BlendOptions> = {
  name,
  summary: "a pattern mixed into the whole image",
  source: "Chen et al., Targeted Backdoor Attacks on Deep Learning Systems Using Data Poisoning (2017)",
  options: blendOptions,
  ...poisonRules<BlendOptions>(name),
  stamp(dataset, options, { seed, pictures }) {
    checkTarget(name, dataset, options);
    const { height, width, channels } = dataset;
    const { alpha, image, quantise } = options;
    const pattern =
      image === null ? greyNoise(seed, height, width, channels) : pictureAt(name, image, pictures, dataset);
    const toByte = quantise === "trunc" ? Math.trunc : Math.round;
    const images = dataset.images.map((value, at) =>
      toByte((1 - alpha) * value + alpha * pattern[at % pattern.length]!),
    );
    return { ...dataset, images };
  },
};

/** `(height, width, channels)`: one uniform byte per pixel, the same in each channel. */
function greyNoise(seed: number, height: number, width: number, channels: number): Uint8Array {
  const { bits } = randomStream([seed >>> 0, patternStream], 0);
  const pattern = new Uint8Array(height * width * channels);
  for (let at = 0; at < pattern.length; at += channels) pattern.fill(bits() >>> 24, at, at + channels);
  return pattern;
}
