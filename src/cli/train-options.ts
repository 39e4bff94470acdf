import { describeKind, settings } from "../cbd/settings.ts";
import type { OptionSpec } from "./command.ts";
import { deviceOption, tuningOption } from "./device-option.ts";

const augmentations = "none|flip|crop+flip|crop+flip+cutout";

/** Options of `deconfound train`. */
export const trainOptions: Readonly<Record<string, OptionSpec>> = {
  dataset: { value: "builtin|cifar10", doc: "images to train on; builtin ones are drawn, so they need no data" },
  data: { value: "DIR", doc: "folder of CIFAR-10's binary version: data_batch_*.bin, test_batch.bin" },
  size: { value: "N", fallback: "16", doc: "builtin: height and width in pixels" },
  count: { value: "N", fallback: "2000", doc: "builtin: training images; the test set has half as many" },
  limit: { value: "N", doc: "train on the first N images only" },
  attack: { value: "none|badnets", fallback: "none", doc: "how the training set is poisoned before training" },
  rate: { value: "R", fallback: "0.1", doc: "share of the training images that is poisoned" },
  target: { value: "CLASS", fallback: "0", doc: "class that the trigger calls for" },
  defence: { value: "none,cbd", fallback: "cbd", doc: "trained one after the other on the same poisoned set" },
  preset: { value: "paper|official|official+mi", fallback: "paper", doc: "settings to start from" },
  model: {
    value: "wrn-D-K|small",
    fallback: "wrn-16-1",
    doc: "wide ResNet of depth D = 6n+4, width K; or 3 convolutions",
  },
  epochs: { value: "N", doc: "epochs of the delivered model; the preset's are 100" },
  "backdoor-epochs": { value: "N", doc: "epochs of CBD's backdoored model, T1; the preset's are 5" },
  "backdoor-steps": { value: "N", doc: "T1 in steps instead" },
  batch: { value: "N", doc: "images a step [128; official: 64]" },
  lr: { value: "R", doc: "learning rate of both networks [0.1]" },
  augment: { value: augmentations, doc: "of the delivered model; default: the preset's" },
  "backdoor-augment": { value: augmentations, doc: "of the backdoored model; default: the preset's" },
  init: { value: "FILE", doc: "start the delivered model from this model-*.safetensors" },
  "backdoor-init": { value: "FILE", doc: "start the backdoored model from this one" },
  set: { value: "NAME=VALUE", repeatable: true, doc: "change any setting below; wins over the options above" },
  seed: { value: "N", fallback: "0", doc: "of the poison, the initial values, the order and the augmentation" },
  device: deviceOption,
  tuning: tuningOption,
  out: {
    value: "DIR",
    doc: "write run.json, model-<defence>.safetensors, suspects.csv, and the state after each epoch",
  },
  resume: {
    value: "DIR",
    doc: "go on with the run in DIR, with its own options; results are those of an unbroken run",
  },
  json: { doc: "print run.json instead of the table" },
};

/** The settings behind `--set`, for the help page. */
export function settingsHelp(): string {
  const width = Math.max(...settings.map(({ name }) => name.length));
  const rows = settings.map(({ name, doc, kind }) => `  ${name.padEnd(width)}  ${doc}: ${describeKind(kind)}`);
  return `Settings, for --set NAME=VALUE\n${rows.join("\n")}\n`;
}
