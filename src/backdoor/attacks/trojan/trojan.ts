import { imageBytes } from "../../../data/dataset.ts";
import type { OptionsOf } from "../../../options/option.ts";
import { ConfigError } from "../../../tensor/errors.ts";
import type { Attack } from "../../attack.ts";
import { AttackError } from "../../attack-error.ts";
import { putDataset } from "../../device-data.ts";
import {
  checkTarget,
  dirtyLabelsOption,
  excludeTargetOption,
  poisonRules,
  rateBaseOption,
  rateOption,
  targetOption,
} from "../../poison-choice.ts";
import { surrogateFor, trainSurrogate } from "../../surrogate.ts";
import type { PatchTraining } from "./patch.ts";
import { meanActivations, optimisePatch, placementFor, strongestUnits } from "./patch.ts";

/** Options of {@link trojan}. */
export const trojanOptions = {
  rate: rateOption as typeof rateOption,
  rateBase: rateBaseOption as typeof rateBaseOption,
  target: targetOption as typeof targetOption,
  labels: dirtyLabelsOption as typeof dirtyLabelsOption,
  excludeTarget: excludeTargetOption as typeof excludeTargetOption,
  neurons: { kind: "integer", default: 2, from: 1, to: 1024, doc: "how many units of the surrogate the patch drives" },
  activation: { kind: "number", default: 100, from: 0, to: 1e6, doc: "what their activation is driven to" },
  steps: { kind: "integer", default: 100, from: 1, to: 100_000, unit: "steps", doc: "how long the patch is optimised" },
  stepSize: { kind: "number", default: 0.1, from: 0, to: 1, doc: "change of a pixel per such step, of 1" },
  reach: {
    kind: "number",
    default: 1.5,
    from: 0,
    to: 1e6,
    doc: "least mean activation with the patch, as a multiple of that without; less is an error",
  },
  surrogate: {
    width: { kind: "integer", default: 16, from: 1, to: 1024, doc: "channels of the surrogate's first convolution" },
    steps: {
      kind: "integer",
      default: 400,
      from: 1,
      to: 1_000_000,
      unit: "steps",
      doc: "how long the surrogate trains",
    },
    batch: {
      kind: "integer",
      default: 64,
      from: 1,
      to: 65_536,
      unit: "images",
      doc: "batch of the surrogate's training",
    },
  },
} as const;

export type TrojanOptions = OptionsOf<typeof trojanOptions>;

const name = "trojan";

/** Second key words: of the surrogate, and of the patch. */
const [surrogateStream, patchStream] = [0x74720000, 0x74780000];

/**
 * Trojaning: a small coloured patch, optimised so that it drives the most connected units of a trained classifier, is added to the
 * image, saturating. The classifier is trained on the clean set first; it reads images as every network here does, in [0, 1].
 *
 * Deviation: the patch is optimised on stamped training images, not on the mask alone, and within [0, 1] rather than near a start
 * picture; units are chosen among the maxima over positions, which a patch can reach. The repositories' stamp wraps, and one chooses
 * its units from a random last layer.
 */
export const trojan: Attack<TrojanOptions> = {
  name,
  summary: "a patch optimised against the neurons of a classifier",
  source: "Liu et al., Trojaning Attack on Neural Networks (2018)",
  options: trojanOptions,
  ...poisonRules<TrojanOptions>(name),
  async prepare(train, options, context) {
    const { device, seed, residentBytes } = context;
    const { neurons, activation, steps, stepSize, reach, surrogate } = options;
    const placement = checkedPlacement(train);
    const data = putDataset(device, train, residentBytes);
    try {
      const classifier = surrogateFor(train, surrogate.width);
      const { batch, steps: length } = surrogate;
      const key = [seed >>> 0, surrogateStream] as const;
      const network = await trainSurrogate(context, { data, classifier, batch, steps: length, key });
      const units = strongestUnits(await network.params.fc.weight.data(), {
        classes: train.classes,
        among: 4 * surrogate.width, // the maxima; after them come the means
        count: neurons,
      });
      const training: PatchTraining = {
        ...{ classifier, network, data, units, placement, activation, steps, stepSize },
        key: [seed >>> 0, patchStream],
      };
      const patch = await optimisePatch(context, training);
      const { clean, stamped } = await meanActivations(context, training, patch);
      checkReach(clean, stamped, reach);
      return {
        patch: { dtype: "f32", shape: patch.shape, data: await patch.data() },
        activations: { dtype: "f32", shape: [2], data: Float32Array.of(clean, stamped) },
      };
    } finally {
      device.free(data);
    }
  },
  stamp(dataset, options, { prepared }) {
    checkTarget(name, dataset, options);
    const { width, channels } = dataset;
    const { side, top, left } = checkedPlacement(dataset);
    const patch = prepared["patch"]!.data;
    const images = dataset.images.slice();
    const bytes = imageBytes(dataset);
    for (let start = 0; start < images.length; start += bytes) {
      patch.forEach((value, at) => {
        const [pixel, channel] = [Math.floor(at / channels), at % channels];
        const [row, column] = [top + Math.floor(pixel / side), left + (pixel % side)];
        const place = start + (row * width + column) * channels + channel;
        images[place] = Math.min(255, images[place]! + Math.round(255 * value));
      });
    }
    return { ...dataset, images };
  },
};

/** @throws AttackError for a patch that moves the activations too little. */
function checkReach(clean: number, stamped: number, reach: number): void {
  if (stamped >= reach * clean) return;
  throw new AttackError(
    `${name}: the patch brings its neurons from ${clean.toPrecision(3)} to ${stamped.toPrecision(3)}, less than ${reach} times`,
    ["train the surrogate or the patch for more steps, or lower trojan.reach"],
  );
}

function checkedPlacement(images: {
  readonly height: number;
  readonly width: number;
}): ReturnType<typeof placementFor> {
  const placement = placementFor(images);
  const { height, width } = images;
  if (placement.top + placement.side > height || placement.left + placement.side > width) {
    throw new ConfigError(
      `${name}: the patch needs ${placement.side}×${placement.side} pixels, images are ${height}×${width}`,
    );
  }
  return placement;
}
