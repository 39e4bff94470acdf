import { imageBytes } from "../../../data/dataset.ts";
import { randomStream } from "../../../data/random-stream.ts";
import type { OptionsOf } from "../../../options/option.ts";
import type { Attack } from "../../attack.ts";
import {
  checkTarget,
  chooseBeside,
  dirtyLabelsOption,
  excludeTargetOption,
  poisonRules,
  rateBaseOption,
  rateOption,
  targetOption,
} from "../../poison-choice.ts";
import { noisyGrid, sampleBilinear, warpGrid } from "./warp.ts";

/** Options of {@link wanet}. */
export const wanetOptions = {
  rate: rateOption as typeof rateOption,
  rateBase: rateBaseOption as typeof rateBaseOption,
  target: targetOption as typeof targetOption,
  labels: dirtyLabelsOption as typeof dirtyLabelsOption,
  excludeTarget: excludeTargetOption as typeof excludeTargetOption,
  grid: { kind: "integer", default: 4, from: 2, to: 64, doc: "k: the warp has k×k control points" },
  strength: { kind: "number", default: 0.5, from: 0, to: 100, doc: "s: mean displacement, about s/2 pixels" },
  rescale: { kind: "number", default: 1, from: 0, to: 10, doc: "factor that the grid of sampling places is scaled by" },
  crossRatio: {
    kind: "number",
    default: 2,
    from: 0,
    to: 100,
    doc: "images with a random warp and their own label, per poisoned image",
  },
} as const;

export type WanetOptions = OptionsOf<typeof wanetOptions>;

const name = "wanet";

/** Second key words: of the warp, and of the noise per image. */
const [warpStream, noiseStream] = [0x77617270, 0x776e6f69];

/**
 * WaNet as a released set: one smooth warp, the same for all triggered images, on a fixed choice of samples. So that a model
 * learns this warp and not warps as such, `crossRatio` times as many other samples get the warp with noise of up to a pixel on
 * top, drawn per image from the seed, and keep their label.
 *
 * Deviation: the authors poison another part of every batch while they train, and augment after the warp; a set that is handed
 * out cannot. They divide both axes by the height; here each axis by its own size, which is the same for square images.
 */
export const wanet: Attack<WanetOptions> = {
  name,
  summary: "a smooth warp of the whole image",
  source: "Nguyen & Tran, WaNet: Imperceptible Warping-based Backdoor Attack (2021)",
  options: wanetOptions,
  ...poisonRules<WanetOptions>(name),
  chooseNoise: (train, { crossRatio }, seed, poisoned, taken) =>
    chooseBeside(name, train, { ratio: crossRatio, seed, poisoned, taken }),
  stamp(dataset, options, { part, seed, indices }) {
    checkTarget(name, dataset, options);
    const { height, width, channels, count } = dataset;
    const warp = warpGrid(randomStream([seed >>> 0, warpStream], 0), options, [height, width]);
    const images = new Uint8Array(dataset.images.length);
    const bytes = imageBytes(dataset);
    for (let i = 0; i < count; i++) {
      const grid =
        part === "noise"
          ? noisyGrid(warp, randomStream([seed >>> 0, noiseStream], indices[i]!), [height, width])
          : warp;
      const [from, to] = [i * bytes, (i + 1) * bytes];
      sampleBilinear(dataset.images.subarray(from, to), grid, [height, width, channels], images.subarray(from, to));
    }
    return { ...dataset, images };
  },
};
