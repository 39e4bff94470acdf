import type { Dataset } from "../data/dataset.ts";
import type { Decay } from "../nn/decay.ts";
import { decayForm } from "../nn/decay.ts";
import type { Changes, Form, OptionsOf } from "../options/option.ts";

/** What every training can be told, whatever the defence, so that defences are compared under equal conditions. */
export const trainingOptionTable = {
  batch: {
    kind: "integer",
    default: 16,
    from: 1,
    to: 65_536,
    unit: "images",
    doc: "images per step; the last batch of an epoch may be smaller",
    flag: "batch",
  },
  optimizer: {
    momentum: { kind: "number", default: 0.9, from: 0, to: 1, doc: "SGD momentum of every network" },
    nesterov: { kind: "boolean", default: true, doc: "Nesterov's form of the momentum" },
    weightDecay: { kind: "number", default: 1e-4, from: 0, to: 100, doc: "weight decay, on every parameter" },
  },
  clean: {
    epochs: {
      kind: "integer",
      default: null,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "how long the delivered model trains; left out: as fits the size of the set: 8 from 11,000 images on, 12 for 5,000, 60 for 1,000, at most 100",
      flag: "epochs",
    },
    lr: {
      kind: "number",
      default: 0.05,
      from: 0,
      to: 1e9,
      doc: "learning rate of the delivered model",
      flag: "lr",
    },
    schedule: {
      kind: "parsed",
      default: { kind: "cosine", epochs: null, floor: 0 } as Decay,
      form: decayForm as Form<Decay>,
      doc: "how that rate falls with the epochs",
    },
    augment: {
      kind: "choice",
      default: "flip",
      choices: ["none", "flip", "crop+flip", "crop+flip+cutout"],
      doc: "augmentation of the delivered model",
      flag: "augment",
    },
  },
  flip: {
    kind: "choice",
    default: "auto",
    choices: ["auto", "on", "off"],
    doc: "whether augmentations mirror images; auto: not where that changes their class, as with traffic signs",
    flag: "flip",
  },
} as const;

export type TrainingOptions = OptionsOf<typeof trainingOptionTable>;

/** Options of a training that has begun: the number of epochs is known. */
export type ResolvedTraining = TrainingOptions & { readonly clean: { readonly epochs: number } };

/** How training differs from the defaults under a preset of its name: that of CBD's authors. */
const authors: Changes<TrainingOptions> = {
  batch: 64,
  clean: {
    epochs: 100,
    lr: 0.1,
    schedule: { kind: "multiStep", milestones: [20, 70], factor: 0.1 },
    augment: "crop+flip+cutout",
  },
};

/** Changes to the defaults by preset; others leave them. */
export const trainingPresets: Readonly<Record<string, Changes<TrainingOptions>>> = {
  paper: authors,
  official: authors,
  "official+mi": authors,
};

/**
 * Epochs for a set whose number of epochs is not said. What a network has to learn takes steps, so small sets get as many steps as 5,000
 * images, in at most 100 epochs. Above that, the number of steps grows with the square root of the size, and from 11,250 images on with
 * the size.
 */
function fittingEpochs(images: number): number {
  const ratio = 5000 / images;
  return Math.min(100, Math.max(8, Math.ceil(12 * (ratio > 1 ? ratio : Math.sqrt(ratio)))));
}

/** Options for a set of so many images. */
export function resolveTraining(options: TrainingOptions, images: number): ResolvedTraining {
  return { ...options, clean: { ...options.clean, epochs: options.clean.epochs ?? fittingEpochs(images) } };
}

/** Whether augmentations of a set's images mirror them. */
export function mirrors({ flip }: Pick<TrainingOptions, "flip">, set: Pick<Dataset, "flip">): boolean {
  return flip === "auto" ? set.flip !== false : flip === "on";
}
