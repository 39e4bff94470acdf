import type { OptionsOf } from "../../options/option.ts";
import type { Attack } from "../attack.ts";
import {
  checkTarget,
  excludeTargetOption,
  poisonRules,
  rateBaseOption,
  rateOption,
  targetOption,
} from "../poison-choice.ts";

/** Options of {@link sig}. */
export const sigOptions = {
  rate: {
    kind: rateOption.kind as typeof rateOption.kind,
    default: 0.05,
    from: rateOption.from as typeof rateOption.from,
    to: rateOption.to as typeof rateOption.to,
    doc: rateOption.doc as typeof rateOption.doc,
    flag: rateOption.flag as typeof rateOption.flag,
  },
  rateBase: rateBaseOption as typeof rateBaseOption,
  target: targetOption as typeof targetOption,
  labels: {
    kind: "choice",
    default: "cleanLabel",
    choices: ["cleanLabel", "allToOne"],
    doc: "labels of poisoned images: cleanLabel: images of the target are poisoned and keep theirs; allToOne: the target",
    flag: "labels",
  },
  excludeTarget: excludeTargetOption as typeof excludeTargetOption,
  delta: { kind: "number", default: 40, from: 0, to: 255, doc: "amplitude of the wave, of 255" },
  frequency: { kind: "number", default: 6, from: 0, to: 65_536, doc: "periods of the wave across the image's width" },
} as const;

export type SigOptions = OptionsOf<typeof sigOptions>;

const name = "sig";

/**
 * SIG: adds a sine wave along the columns j, the same in all rows and channels, to images of the target class, whose labels stay:
 *
 *     x' = clip(round(x + Δ·sin(2π·j·f/W)), 0, 255)
 *
 * The default rate is 5 % of the training set, which is half of a class of ten equal ones: 10 % would be the whole class.
 *
 * Deviation: bytes saturate and are rounded; the CBD, ABL and NAD repositories mix the wave in and let negative values wrap.
 */
export const sig: Attack<SigOptions> = {
  name,
  summary: "a sine wave over images of the target class, labels as they are",
  source: "Barni et al., A New Backdoor Attack in CNNs by Training Set Corruption Without Label Poisoning (2019)",
  options: sigOptions,
  ...poisonRules<SigOptions>(name),
  stamp(dataset, options) {
    checkTarget(name, dataset, options);
    const { width, channels } = dataset;
    const { delta, frequency } = options;
    const wave = Float64Array.from(
      { length: width },
      (_, j) => delta * Math.sin((2 * Math.PI * j * frequency) / width),
    );
    const images = Uint8Array.from(
      Uint8ClampedArray.from(dataset.images, (value, at) =>
        Math.round(value + wave[Math.floor(at / channels) % width]!),
      ),
    );
    return { ...dataset, images };
  },
};
