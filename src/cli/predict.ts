import { dirname } from "node:path";
import { attacks } from "../backdoor/attacks/index.ts";
import type { TestSet } from "../backdoor/evaluation.ts";
import { evaluate, putTestSet } from "../backdoor/evaluation.ts";
import type { Predictions } from "../backdoor/predict.ts";
import { createPredictor } from "../backdoor/predict.ts";
import type { Dataset } from "../data/dataset.ts";
import { datasetFormats } from "../data/formats/index.ts";
import type { ImageShape } from "../nn/models/model-family.ts";
import type { OptionsOf } from "../options/option.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { countTriggered, readAlarm, triggerProbability } from "./alarm-file.ts";
import { attackFor } from "./attack-option.ts";
import type { Command, Given } from "./command.ts";
import { required } from "./command.ts";
import type { IntegerOption } from "./dataset-options.ts";
import { datasetOptions, seedFor } from "./dataset-options.ts";
import type { LazyDevice } from "./device-option.ts";
import { deviceConfig, deviceOption, residentOption, tuningOption, withDevice } from "./device-option.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import { recordsHelp } from "./help.ts";
import { readImageFiles } from "./image-files.ts";
import type { Io } from "./io.ts";
import { loadParts, tellNotes, testOf } from "./load-data.ts";
import type { ModelHeader, SavedModel } from "./model-file.ts";
import { readModel } from "./model-file.ts";
import { attackOwners, formatOwners } from "./option-owners.ts";
import { predictImages } from "./predict-images.ts";
import { parseSource } from "./run-config.ts";
import type { Rates } from "./run-report.ts";
import { ratesOf } from "./run-report.ts";
import { trainOptions } from "./train-options.ts";

const options = {
  model: { kind: "text", default: null, form: "FILE", doc: "model-<defence>.safetensors of a train run" },
  dataset: datasetOptions.dataset as typeof datasetOptions.dataset,
  data: datasetOptions.data as typeof datasetOptions.data,
  attack: attackFor(
    "attacks of the training set: how many test images with their trigger go to its target class (ASR) and keep their own (RA)",
  ) as ReturnType<typeof attackFor>,
  set: trainOptions.set as typeof trainOptions.set,
  seed: seedFor("decides images and triggers that are drawn: that of the training") as IntegerOption<number>,
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  resident: residentOption as typeof residentOption,
  top: {
    kind: "integer",
    default: null,
    from: 1,
    to: 1048576,
    unit: "classes",
    doc: "of image files: how many classes are printed for each [1]",
  },
  csv: { kind: "boolean", default: false, doc: "of image files: print CSV instead of a table" },
  json: { kind: "boolean", default: false, doc: "print JSON, of a set with its rates" },
} as const;

/** `deconfound predict`: what a saved model says of image files, or of the test images of a set. */
export const predictCommand: Command<typeof options> = {
  name: "predict",
  summary: "classes and probabilities of images under a saved model; of a set's test images also its rates",
  operands: {
    form: "[IMAGE…|DIR…]",
    doc: "image files, and folders of which every image counts; else --data or --dataset",
  },
  options,
  owners: [...formatOwners, ...attackOwners],
  notes: `Of image files (JPEG, PNG, WebP, PPM, PGM), each is brought to the model's size and colours as in training, and the most
probable class is printed; with --csv as path,rank,class,name,probability; with --json as { …, predictions: [{ index, path, class, name,
probabilities, top: [{ class, name, probability }], triggered }], unreadable: [{ path, reason }] }. What cannot be read is named on standard
error; the others are printed, and the exit code is 5.

Of a set, given by --data or --dataset, the test images are predicted: as CSV index,label,class,p0,p1,…, or with --json as { …, rates,
predictions: [{ index, label, class, probabilities }] }. The rates go to standard error. Only the test images of a folder are read,
brought to the size and channels that the model takes, their classes numbered as it numbers them. Arrays may be without labels:
then label and rates are missing.

Where the model's training found poison, an alarm lies beside it, a small network that tells images with that trigger; predict runs it over
the same images. The line of an image file that looks triggered says TRIGGER and how probable it is; CSV and JSON have that
probability of every image as triggered; standard error has how many images look so. The alarm knows the trigger of that training
set only, on clean-label attacks it is of little use, and no alarm does not mean that an image is clean.

A model file is safetensors, wide residual networks under PyTorch's names and in its layout (weights out,in,rows,columns). Its
metadata hold a JSON object under deconfound: model, height, width, channels, classes, classNames by label, pictures, alarm, and the
run (docs/model-files.md). A network takes RGB bytes divided by 255; no mean is subtracted.

${recordsHelp("Dataset formats, for --dataset", datasetFormats)}
${recordsHelp("Attacks, for --attack", attacks)}`,
  async run(values, io, given) {
    if (given.operands.length > 0) return runImages(values, io, given);
    const [flag] = (["top", "csv"] as const).filter((name) => given.names.includes(name));
    if (flag !== undefined) throw new ConfigError(`--${flag} is for image files: predict --model FILE IMAGE…`);
    const { dataset, attacks } = await parseSource(values, given);
    const model = await readModel(required(values.model, "model"));
    const parts = await loadParts({ dataset, limit: 1, seed: values.seed, testOnly: true, forModel: model.header });
    tellNotes(parts, io);
    if (parts.unlabelled === true && attacks.length > 0) {
      throw new ConfigError("--attack needs labels: which images the trigger misleads can only be told with them");
    }
    const { test } = parts;
    checkFits(model.header, test);
    const alarm = await readAlarm(values.model!, model.header, io);
    const folder = dirname(values.model!);
    return withDevice(deviceConfig(values), io, async (later) => {
      await later.open();
      const triggered = await testOf(test, attacks, values.seed, { io, device: later, folder, saving: null });
      const { predictions, alarms, ...measured } = await predictAll(later, model, alarm, triggered);
      const rates = parts.unlabelled === true ? null : measured.rates;
      const rows = rowsOf(test, predictions, alarms, parts.unlabelled === true);
      if (alarms !== null) io.err(`${formatAlarms(alarms)}\n`);
      if (values.json) io.out(`${JSON.stringify({ ...model.header, rates, predictions: rows })}\n`);
      else {
        io.out(formatCsv(rows));
        if (rates !== null) io.err(`${formatRates(rates)}\n`);
      }
      return exitCode.ok;
    });
  },
};

/** Of a set, which image files are none of. */
const setOptions = ["dataset", "data", "attack", "set", "seed"];

async function runImages(
  values: OptionsOf<typeof options>,
  io: Io,
  { names, flags, operands }: Given,
): Promise<ExitCode> {
  const [other] = [...setOptions.filter((name) => names.includes(name)), ...flags.keys()];
  if (other !== undefined) throw new ConfigError(`--${other} is for a data set; leave it out, or the image files`);
  if (values.csv && values.json) throw new ConfigError("--csv and --json exclude each other");
  const model = await readModel(required(values.model, "model"));
  const { classes } = model.header;
  const top = values.top ?? 1;
  if (top > classes) throw new ConfigError(`--top ${top}: the model has ${classes} classes`);
  const files = await readImageFiles(operands, model.header);
  const output = { top, csv: values.csv, json: values.json };
  const alarm = await readAlarm(values.model!, model.header, io);
  return withDevice(deviceConfig(values), io, (later) => predictImages(later, model, alarm, files, output, io));
}

function checkFits(header: ModelHeader, test: Dataset): void {
  const describe = ({ height, width, channels, classes }: ImageShape): string =>
    `${height}×${width} pixels, ${channels} channels and ${classes} classes`;
  if (describe(header) !== describe(test)) {
    throw new DataError(`the model is for images of ${describe(header)}; these have ${describe(test)}`);
  }
}

/** Probabilities that images carry the trigger: as they are, and with the attack's trigger, null without an attack. */
interface Alarms {
  readonly plain: Float32Array;
  readonly attacked: Float32Array | null;
}

/** Predictions for the images as they are, what the alarm says of them, and the rates. */
async function predictAll(
  lazy: LazyDevice,
  { classifier, weights }: SavedModel,
  alarm: SavedModel | null,
  test: TestSet,
): Promise<{ predictions: Predictions; alarms: Alarms | null; rates: Rates }> {
  const device = await lazy.open();
  const predictor = createPredictor(device, classifier);
  const network = device.put(weights);
  const onDevice = putTestSet(device, test, lazy.residentBytes);
  const rates = ratesOf(await evaluate(predictor, network, onDevice));
  const { clean, triggered } = onDevice;
  const alarms = alarm && {
    plain: await triggerProbability(device, alarm, clean),
    attacked: triggered && (await triggerProbability(device, alarm, triggered)),
  };
  return { predictions: await predictor(network, clean), alarms, rates };
}

interface Row {
  readonly index: number;
  /** Null where the images have none. */
  readonly label: number | null;
  readonly class: number;
  readonly probabilities: readonly number[];
  /** How probable it is that the image carries the trigger; left out where the model has no alarm. */
  readonly triggered?: number | undefined;
}

function rowsOf(
  { labels, classes }: Dataset,
  predictions: Predictions,
  alarms: Alarms | null,
  unlabelled: boolean,
): Row[] {
  return Array.from(predictions.classes, (predicted, index) => ({
    index,
    label: unlabelled ? null : labels[index]!,
    class: predicted,
    probabilities: Array.from(predictions.probabilities.subarray(index * classes, (index + 1) * classes)),
    ...(alarms === null ? {} : { triggered: alarms.plain[index]! }),
  }));
}

function formatCsv(rows: readonly Row[]): string {
  const [first] = rows as [Row];
  const header = ["index", "label", "class", ...first.probabilities.map((_, k) => `p${k}`)];
  if (first.triggered !== undefined) header.push("triggered");
  const lines = rows.map(({ index, label, class: predicted, probabilities, triggered }) => {
    const numbers = triggered === undefined ? probabilities : [...probabilities, triggered];
    return [index, label ?? "", predicted, ...numbers.map((p) => p.toPrecision(6))].join(",");
  });
  return `${[header.join(","), ...lines].join("\n")}\n`;
}

function formatAlarms({ plain, attacked }: Alarms): string {
  const others = attacked === null ? "" : `; with the trigger of the attack, ${countTriggered(attacked)} do`;
  return `alarm: ${countTriggered(plain)} images look triggered${others}`;
}

function formatRates({ ca, asr, ra, cleanTargetRate }: Rates): string {
  const parts = [
    ["CA", ca] as const,
    ["ASR", asr] as const,
    ["clean target", cleanTargetRate] as const,
    ["RA", ra] as const,
  ];
  return parts.flatMap(([name, value]) => (value === null ? [] : [`${name} ${value.toFixed(1)} %`])).join("  ");
}
