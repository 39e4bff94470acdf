import type { Decay } from "../nn/decay.ts";
import { decayForm } from "../nn/decay.ts";
import type { Form, OptionsOf } from "../options/option.ts";

/**
 * What every training can be told, whatever the defence, so that defences are compared under equal conditions. The defaults are
 * those of CBD's paper and code.
 */
export const trainingOptionTable = {
  batch: {
    kind: "integer",
    default: 64,
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
      default: 100,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "how long the delivered model trains",
      flag: "epochs",
    },
    lr: {
      kind: "number",
      default: 0.1,
      from: 0,
      to: 1e9,
      doc: "learning rate of the delivered model",
      flag: "lr",
    },
    schedule: {
      kind: "parsed",
      default: { kind: "multiStep", milestones: [20, 70], factor: 0.1 } as Decay,
      form: decayForm as Form<Decay>,
      doc: "how that rate falls with the epochs",
    },
    augment: {
      kind: "choice",
      default: "crop+flip+cutout",
      choices: ["none", "flip", "crop+flip", "crop+flip+cutout"],
      doc: "augmentation of the delivered model",
      flag: "augment",
    },
  },
} as const;

export type TrainingOptions = OptionsOf<typeof trainingOptionTable>;
