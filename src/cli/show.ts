import { dirname } from "node:path";
import { attacks } from "../backdoor/attacks/index.ts";
import { selectImages } from "../data/dataset.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { encodePng } from "../formats/index.ts";
import { writeAtomically } from "../node/index.ts";
import { contactSheet, differenceOf, pictureOf } from "../report/contact-sheet.ts";
import { ConfigError } from "../tensor/errors.ts";
import { attackFor } from "./attack-option.ts";
import type { Command } from "./command.ts";
import { required } from "./command.ts";
import type { IntegerOption } from "./dataset-options.ts";
import { datasetOptions, seedFor } from "./dataset-options.ts";
import { deviceConfig, deviceOption, residentOption, tuningOption, withDevice } from "./device-option.ts";
import { exitCode } from "./exit-code.ts";
import { className } from "./format-results.ts";
import { recordsHelp } from "./help.ts";
import { loadParts, testOf } from "./load-data.ts";
import { attackOwners, formatOwners } from "./option-owners.ts";
import { parseSource } from "./run-config.ts";
import { trainOptions } from "./train-options.ts";

const options = {
  dataset: datasetOptions.dataset as typeof datasetOptions.dataset,
  data: datasetOptions.data as typeof datasetOptions.data,
  attack: attackFor("attacks whose triggers are shown") as ReturnType<typeof attackFor>,
  set: trainOptions.set as typeof trainOptions.set,
  seed: seedFor("decides images and triggers that are drawn: that of the training") as IntegerOption<number>,
  model: {
    kind: "text",
    default: null,
    form: "FILE",
    doc: "for attacks that train something: a model of the run that trained it, or any file beside its attack-NAME.safetensors",
  },
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  resident: residentOption as typeof residentOption,
  images: { kind: "integer", default: 8, from: 1, to: 100, doc: "how many test images are shown" },
  out: { kind: "text", default: null, form: "FILE.png", doc: "the picture to write" },
} as const;

/** Factor of the difference row: a change of 32 of 255 is white. */
const gain = 8;
const [least, gap] = [96, 8]; // pixels

/** `deconfound show`: what an attack does to images. */
export const showCommand: Command<typeof options> = {
  name: "show",
  summary: "a contact sheet of test images: clean, triggered, and the difference",
  options,
  owners: [...formatOwners, ...attackOwners],
  notes: `${recordsHelp("Dataset formats, for --dataset", datasetFormats)}
${recordsHelp("Attacks, for --attack", attacks)}`,
  async run(values, io, given) {
    const out = required(values.out, "out");
    const { dataset, attacks } = await parseSource(values, given);
    if (attacks.length === 0) throw new ConfigError("--attack is missing: there is nothing to show");
    const parts = await loadParts({ dataset, limit: 1, seed: values.seed, testOnly: true });
    const count = Math.min(values.images, parts.test.count);
    const test = selectImages(parts.test, spread(parts.test.count, count));
    const folder = values.model === null ? null : dirname(values.model);
    const { attack, others = [] } = await withDevice(deviceConfig(values), io, (device) =>
      testOf(test, attacks, values.seed, { io, device, folder, saving: null }),
    );
    const clean = Array.from({ length: count }, (_, i) => pictureOf(test, i));
    const rows = [attack!, ...others].flatMap((attacked) => {
      const triggered = clean.map((_, i) => pictureOf(attacked.triggered, i));
      return [clean, triggered, clean.map((picture, i) => differenceOf(picture, triggered[i]!, gain))];
    });
    const scale = Math.max(1, Math.ceil(least / Math.max(test.height, test.width)));
    writeAtomically(out, await encodePng(contactSheet(rows, { scale, gap })));
    const classes = Array.from(test.labels, (label) => {
      const [from, to] = [label, attack!.targetOf(label)].map((one) => className(one, test.classNames));
      return `${from} → ${to}`;
    });
    const names = attacks.map(({ name }) => name).join(", then ");
    io.out(
      `${out}: ${names} on ${count} test images. Rows: clean, triggered, difference × ${gain}. Columns: ${classes.join(", ")}\n`,
    );
    return exitCode.ok;
  },
};

/** `wanted` of `count` places, evenly apart. */
function spread(count: number, wanted: number): Int32Array {
  return Int32Array.from({ length: wanted }, (_, i) => Math.floor((i * count) / wanted));
}
