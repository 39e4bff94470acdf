import type { Dataset } from "../../../data/dataset.ts";
import type { OptionsOf } from "../../../options/option.ts";
import { ConfigError } from "../../../tensor/errors.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { hostLeaf, tensor } from "../../../tensor/tensor.ts";
import { leavesOf, mapTree } from "../../../tensor/tree.ts";
import type { Attack, Prepared } from "../../attack.ts";
import { putDataset } from "../../device-data.ts";
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
import { surrogateFor } from "../../surrogate.ts";
import { initGenerator } from "./generator.ts";
import { stampAll } from "./stamp.ts";
import type { DynamicTraining } from "./train-mask.ts";
import { trainMask } from "./train-mask.ts";
import { trainPattern } from "./train-pattern.ts";
import type { Scale, TriggerNetworks } from "./trigger.ts";

/** Options of {@link dynamic}. */
export const dynamicOptions = {
  rate: rateOption as typeof rateOption,
  rateBase: rateBaseOption as typeof rateBaseOption,
  target: targetOption as typeof targetOption,
  labels: dirtyLabelsOption as typeof dirtyLabelsOption,
  excludeTarget: excludeTargetOption as typeof excludeTargetOption,
  crossRatio: {
    kind: "number",
    default: 0,
    from: 0,
    to: 100,
    doc: "images with another image's trigger and their own label, per poisoned image",
  },
  density: { kind: "number", default: 0.032, from: 0, to: 1, doc: "share of the image that the mask may cover" },
  width: { kind: "integer", default: 16, from: 1, to: 256, doc: "channels of the generators' first convolution" },
  batch: {
    kind: "integer",
    default: 24,
    from: 3,
    to: 65_536,
    unit: "images",
    doc: "batch of the generators' training",
  },
  share: {
    kind: "number",
    default: 0.34,
    from: 0,
    to: 0.5,
    doc: "share of a batch that is attacked while the generators train",
  },
  maskSteps: {
    kind: "integer",
    default: 100,
    from: 1,
    to: 1e6,
    unit: "steps",
    doc: "how long the mask network trains",
  },
  patternSteps: {
    kind: "integer",
    default: 500,
    from: 1,
    to: 1e6,
    unit: "steps",
    doc: "how long the pattern network trains",
  },
  surrogate: {
    width: { kind: "integer", default: 16, from: 1, to: 1024, doc: "channels of the classifier that trains along" },
  },
} as const;

export type DynamicOptions = OptionsOf<typeof dynamicOptions>;

const name = "dynamic";

/** Second key words: of the mask network, and of the pattern network. */
const [maskStream, patternStream] = [0x64600000, 0x64700000];

/**
 * The input-aware dynamic attack as a released set: a network makes each image's own pattern, another one where it goes.
 *
 *     x' = x + (G(x) − x)·thr(M(x))
 *
 * Both are trained first, on the clean set with a classifier of the attacker's; then frozen, and applied to the chosen images.
 *
 * Deviation: the authors poison while the victim trains, for 625 epochs, with networks of width 32; here far fewer steps and half the
 * width, so that a set of 5,000 images takes minutes on a CPU. Their code never clears the generator's gradients; here each step has its
 * own. Adam trains the classifier.
 */
export const dynamic: Attack<DynamicOptions> = {
  name,
  summary: "a trigger that a network makes from each image",
  source: "Nguyen & Tran, Input-Aware Dynamic Backdoor Attack (2020)",
  options: dynamicOptions,
  ...poisonRules<DynamicOptions>(name),
  chooseNoise: (train, { crossRatio }, seed, poisoned, taken) =>
    chooseBeside(name, train, { ratio: crossRatio, seed, poisoned, taken }),
  async prepare(train, options, context) {
    checkTarget(name, train, options);
    checkSize(train);
    const { device, seed, residentBytes } = context;
    const { width, density, maskSteps, patternSteps, share, surrogate } = options;
    const batch = Math.min(options.batch, train.count);
    const attacked = Math.floor(share * batch);
    if (attacked < 1) {
      throw new ConfigError(`${name}: a share of ${share} of ${batch} images per step attacks none`, [
        `raise dynamic.share to ${1 / batch} at least, or dynamic.batch`,
      ]);
    }
    const data = putDataset(device, train, residentBytes);
    const scale = device.put(scaleOf(train));
    try {
      const common = { data, scale, width, batch };
      const maskTraining: DynamicTraining = { ...common, steps: maskSteps, key: [seed >>> 0, maskStream] };
      const mask = await trainMask(context, maskTraining, density);
      const targets = Int32Array.from({ length: train.classes }, (_, label) =>
        dynamic.targetOf(label, options, train.classes),
      );
      const pattern = await trainPattern(context, {
        ...{ ...common, steps: patternSteps, key: [seed >>> 0, patternStream] as const },
        ...{ mask, classifier: surrogateFor(train, surrogate.width), attacked, targets },
      });
      return await toPrepared({ pattern, mask, scale });
    } finally {
      device.free([data, scale]);
    }
  },
  async stamp(dataset, options, { part, prepared, device, residentBytes }) {
    checkTarget(name, dataset, options);
    checkSize(dataset);
    if (device === undefined) throw new ConfigError(`${name}: stamping runs a network`, ["pass a device"]);
    const networks = device.put(fromPrepared(prepared, dataset.channels, options.width));
    try {
      return {
        ...dataset,
        images: await stampAll(device, networks, dataset, { crossed: part === "noise", residentBytes }),
      };
    } finally {
      device.free(networks);
    }
  },
};

function checkSize({ height, width }: Dataset): void {
  if (height < 8 || width < 8) {
    throw new ConfigError(`${name}: the generator needs 8×8 pixels, images are ${height}×${width}`);
  }
}

/** Per channel, over all pixels of all images. A channel of one value counts as having deviation 1. */
function scaleOf({ images, channels }: Dataset): Scale {
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  images.forEach((value, at) => {
    sums[at % channels]! += value / 255;
    squares[at % channels]! += (value / 255) ** 2;
  });
  const n = images.length / channels;
  const means = sums.map((sum) => sum / n);
  const deviations = squares.map((sum, c) => Math.sqrt(Math.max(0, sum / n - means[c]! ** 2)) || 1);
  return { mean: tensor(Float32Array.from(means)), deviation: tensor(Float32Array.from(deviations)) };
}

async function toPrepared(networks: TriggerNetworks): Promise<Prepared> {
  const entries = leavesOf(networks).map(async ({ path, value }) => {
    const leaf = value as AnyTensor;
    return [path, { dtype: leaf.dtype, shape: leaf.shape, data: await leaf.data() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The networks of saved arrays. The structure comes from fresh ones. */
function fromPrepared(prepared: Prepared, channels: number, width: number): TriggerNetworks {
  const key = tensor(Uint32Array.of(0, 0));
  const scale = tensor(new Float32Array(channels));
  const fresh: TriggerNetworks = {
    pattern: initGenerator(key, { channels, width, out: channels }),
    mask: initGenerator(key, { channels, width, out: 1 }),
    scale: { mean: scale, deviation: scale },
  };
  return mapTree(fresh, ({ shape, dtype }, path) => {
    const saved = prepared[path];
    if (saved === undefined || String(saved.shape) !== String(shape)) {
      throw new ConfigError(`${name}: what was prepared has no ${path} of shape ${shape}`, [
        "it was prepared for images of other channels, or with another dynamic.width",
      ]);
    }
    return hostLeaf({ shape, dtype }, saved.data);
  }) as TriggerNetworks;
}
