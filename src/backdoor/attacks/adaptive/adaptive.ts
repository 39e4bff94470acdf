import { imageBytes } from "../../../data/dataset.ts";
import type { OptionsOf } from "../../../options/option.ts";
import { defaultsOf } from "../../../options/table.ts";
import { ConfigError } from "../../../tensor/errors.ts";
import type { Attack } from "../../attack.ts";
import { putDataset } from "../../device-data.ts";
import { poison } from "../../poison.ts";
import {
  checkTarget,
  dirtyLabelsOption,
  excludeTargetOption,
  poisonRules,
  rateBaseOption,
  rateOption,
  targetOption,
} from "../../poison-choice.ts";
import { surrogateFor } from "../../surrogate.ts";
import { badnets } from "../badnets.ts";
import { blend } from "../blend.ts";
import { trainPerturbations } from "./perturb.ts";

/** Options of {@link adaptive}. */
export const adaptiveOptions = {
  rate: rateOption as typeof rateOption,
  rateBase: rateBaseOption as typeof rateBaseOption,
  target: targetOption as typeof targetOption,
  labels: dirtyLabelsOption as typeof dirtyLabelsOption,
  excludeTarget: excludeTargetOption as typeof excludeTargetOption,
  trigger: {
    kind: "choice",
    default: "badnets",
    choices: ["badnets", "blend"],
    doc: "attack whose trigger is used, with that attack's defaults",
  },
  epsilon: { kind: "integer", default: 8, from: 0, to: 127, doc: "ε: largest change of a poisoned pixel, of 255" },
  stepSize: { kind: "number", default: 2, from: 0, to: 255, doc: "α: change of a pixel per PGD step, of 255" },
  ascents: { kind: "integer", default: 5, from: 1, to: 1000, unit: "steps", doc: "K: PGD steps per round" },
  descents: { kind: "integer", default: 40, from: 1, to: 100_000, unit: "steps", doc: "M: surrogate steps per round" },
  rounds: { kind: "integer", default: 10, from: 1, to: 10_000, doc: "how often PGD and the surrogate take turns" },
  batch: { kind: "integer", default: 64, from: 1, to: 65_536, unit: "images", doc: "batch of a step" },
  surrogate: {
    width: { kind: "integer", default: 16, from: 1, to: 1024, doc: "channels of the surrogate's first convolution" },
  },
} as const;

export type AdaptiveOptions = OptionsOf<typeof adaptiveOptions>;

const name = "adaptive";
const stream = 0x61640000; // second key word
const zero = 128; // a change of 0 in what is saved

/**
 * The attacker who knows the defence: poisoned images x ⊕ t are trained adversarially against a surrogate, so that a model does not
 * learn the trigger early. Released are x ⊕ t + δ; test images get the plain trigger t.
 *
 * Deviation: the paper names adversarial training of the poison; the equation, ε = 8/255, α = ε/4, K, M and the surrogate are ours.
 */
export const adaptive: Attack<AdaptiveOptions> = {
  name,
  summary: "poison trained adversarially against the early learning of its trigger",
  source: "Zhang et al., Backdoor Defense via Deconfounded Representation Learning (2023), adaptive attack",
  options: adaptiveOptions,
  ...poisonRules<AdaptiveOptions>(name),
  async prepare(train, options, context) {
    const { device, seed, taken, residentBytes } = context;
    const { epsilon, stepSize, ascents, descents, rounds, batch, surrogate } = options;
    const { dataset, poisoned } = await poison({ ...adaptive, stamp: plainStamp }, train, options, {
      seed,
      taken,
      prepared: { none },
    });
    if (poisoned.length === 0) return { delta: none, indices: none };
    const data = putDataset(device, dataset, residentBytes);
    try {
      const deltas = await trainPerturbations(context, {
        ...{ data, poisoned, classifier: surrogateFor(train, surrogate.width), rounds, ascents, descents, batch },
        ...{ epsilon: epsilon / 255, stepSize: stepSize / 255, key: [seed >>> 0, stream] as const },
      });
      const shape = [poisoned.length, imageBytes(train)] as const;
      return {
        delta: { dtype: "u8", shape, data: Uint8Array.from(deltas, (d) => Math.round(255 * d) + zero) },
        indices: { dtype: "i32", shape: [poisoned.length], data: poisoned },
      };
    } finally {
      device.free(data);
    }
  },
  async stamp(dataset, options, context) {
    const stamped = await plainStamp(dataset, options, context);
    if (context.part === "test") return stamped;
    const { delta, indices } = context.prepared as { delta: typeof none; indices: typeof none };
    const bytes = imageBytes(dataset);
    const rows = new Map(Array.from(indices.data, (index, row) => [index, row]));
    const images = Uint8ClampedArray.from(stamped.images);
    for (let i = 0; i < dataset.count; i++) {
      const row = rows.get(context.indices[i]!);
      if (row === undefined) {
        throw new ConfigError(`${name}: image ${context.indices[i]} was not prepared`, [
          "prepare with the same seed, rate and images",
        ]);
      }
      for (let at = 0; at < bytes; at++) images[i * bytes + at]! += delta.data[row * bytes + at]! - zero;
    }
    return { ...stamped, images: Uint8Array.from(images) };
  },
};

const none = { dtype: "f32", shape: [0], data: new Float32Array() } as const;

const plainStamp: Attack<AdaptiveOptions>["stamp"] = (dataset, options, context) => {
  checkTarget(name, dataset, options);
  const { target } = options;
  return options.trigger === "badnets"
    ? badnets.stamp(dataset, { ...defaultsOf(badnets.options), target }, context)
    : blend.stamp(dataset, { ...defaultsOf(blend.options), target }, context);
};
