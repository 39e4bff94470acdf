import { usualCleanShare } from "../backdoor/clean-subset.ts";
import { defences } from "../backdoor/defences/index.ts";
import { modelFamilies } from "../nn/models/index.ts";
import { attackOption } from "./attack-option.ts";
import type { IntegerOption } from "./dataset-options.ts";
import { datasetOptions, limitFor, seedFor } from "./dataset-options.ts";
import { deviceOption, residentOption, tuningOption } from "./device-option.ts";

const usualDefence = "cbd";
const defenceNames: readonly string[] = defences.map(({ name }) => name);
// The usual defence first: its first preset is the usual one.
const usualFirst = defences.toSorted((a, b) => Number(b.name === usualDefence) - Number(a.name === usualDefence));
const presetNames: readonly string[] = [...new Set(usualFirst.flatMap(({ presets = {} }) => Object.keys(presets)))];
const modelForm: string = modelFamilies.map(({ form }) => form).join("|");
const firstPreset = presetNames[0]!;

const cleanShareDoc: string = `for defences that need clean images: this share of the training images is drawn from those that no attack changed, evenly from all classes, and given to them with the true labels. The training set is the same for all defences [${usualCleanShare} where an attack was made, by train or poison, or the images are drawn]`;

/** The options of `deconfound train` itself; those of formats, attacks, training and defences stand in their own tables. */
export const trainOptions = {
  dataset: datasetOptions.dataset as typeof datasetOptions.dataset,
  data: datasetOptions.data as typeof datasetOptions.data,
  poisoned: {
    kind: "text",
    default: null,
    form: "DIR",
    doc: "as --data, for a set that `poison` wrote: its manifest says which images are poisoned, and by which attack",
  },
  limit: limitFor("train on the first N images only") as IntegerOption<null>,
  attack: attackOption as typeof attackOption,
  defence: {
    kind: "choices",
    default: [usualDefence as string],
    choices: defenceNames as readonly string[],
    doc: "defences to train with, one after the other on the same training set",
  },
  "clean-share": {
    kind: "number",
    default: null,
    from: 0,
    to: 1,
    doc: cleanShareDoc as string,
  },
  clean: {
    kind: "text",
    default: null,
    form: "DIR",
    doc: "for defences that need clean images: a folder of them, of any format below, without test images of the run",
  },
  preset: {
    kind: "choice",
    default: firstPreset as string,
    choices: presetNames as readonly string[],
    doc: "settings to start from, which flags and --set change",
  },
  model: { kind: "text", default: "wrn-16-1", form: modelForm as string, doc: "network, listed below" },
  init: { kind: "text", default: null, form: "FILE", doc: "start the delivered model from this model-*.safetensors" },
  "backdoor-init": {
    kind: "text",
    default: null,
    form: "FILE",
    doc: "start cbd's backdoored model from this one",
  },
  set: { kind: "texts", default: [], form: "NAME=VALUE", doc: "change any setting below; wins over the flags" },
  seed: seedFor(
    "decides the poison, the initial values, the order of the images and their augmentation",
  ) as IntegerOption<number>,
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  resident: residentOption as typeof residentOption,
  out: {
    kind: "text",
    default: null,
    form: "DIR",
    doc: "new folder for run.json, model-<defence>.safetensors, evidence-<defence>.safetensors, suspects.csv, report.html with report/; suspects.html after a scan, alarm-<defence>.safetensors where it found suspects; and the state to resume from, saved after each epoch and while an attack trains",
  },
  resume: {
    kind: "text",
    default: null,
    form: "DIR",
    doc: "go on with the run in DIR, with its own options; results are those of an unbroken run",
  },
  json: { kind: "boolean", default: false, doc: "print run.json instead of the table" },
} as const;
