import type { TestSet } from "../backdoor/evaluation.ts";
import { evaluate, putTestSet } from "../backdoor/evaluation.ts";
import type { Predictions } from "../backdoor/predict.ts";
import { createPredictor } from "../backdoor/predict.ts";
import type { Dataset } from "../data/dataset.ts";
import { datasetFormats } from "../data/formats/index.ts";
import type { Device } from "../tensor/device.ts";
import { DataError } from "../tensor/errors.ts";
import { attackOption } from "./attack-option.ts";
import type { Command } from "./command.ts";
import { required } from "./command.ts";
import { datasetOptions } from "./dataset-options.ts";
import { deviceConfig, deviceOption, openChosen, tuningOption } from "./device-option.ts";
import { exitCode } from "./exit-code.ts";
import { recordsHelp } from "./help.ts";
import { loadParts, testOf } from "./load-data.ts";
import type { ModelHeader } from "./model-file.ts";
import { readModel } from "./model-file.ts";
import { attackOwners, formatOwners } from "./option-owners.ts";
import { parseSource } from "./run-config.ts";
import type { Rates } from "./run-report.ts";
import { ratesOf } from "./run-report.ts";

type Model = Awaited<ReturnType<typeof readModel>>;

const options = {
  model: { kind: "text", default: null, form: "FILE", doc: "model-<defence>.safetensors of a train run" },
  dataset: datasetOptions.dataset as typeof datasetOptions.dataset,
  data: datasetOptions.data as typeof datasetOptions.data,
  attack: attackOption as typeof attackOption,
  seed: { kind: "integer", default: 0, from: 0, to: 4294967295, doc: "for drawn images: as in training" },
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  json: { kind: "boolean", default: false, doc: "print predictions and rates as JSON" },
} as const;

/** `deconfound predict`: what a saved model says of test images. */
export const predictCommand: Command<typeof options> = {
  name: "predict",
  summary: "classes and probabilities of the test images under a saved model, and its rates",
  options,
  owners: [...formatOwners, ...attackOwners],
  notes: `Predictions go to standard output as CSV: index,label,class,p0,p1,… The rates go to standard error.

${recordsHelp("Dataset formats, for --dataset", datasetFormats)}`,
  async run(values, io, given) {
    const { dataset, attack } = await parseSource(values, given);
    const model = await readModel(required(values.model, "model"));
    const { test } = await loadParts({ dataset, limit: 1, seed: values.seed });
    checkFits(model.header, test);
    const device = await openChosen(deviceConfig(values), io);
    try {
      const { predictions, rates } = await predictAll(device, model, testOf(test, attack));
      if (values.json)
        io.out(`${JSON.stringify({ ...model.header, rates, predictions: rowsOf(test, predictions) })}\n`);
      else {
        io.out(formatCsv(test, predictions));
        io.err(`${formatRates(rates)}\n`);
      }
      return exitCode.ok;
    } finally {
      device.close();
    }
  },
};

function checkFits(header: ModelHeader, test: Dataset): void {
  for (const field of ["height", "width", "channels", "classes"] as const) {
    if (header[field] !== test[field]) {
      throw new DataError(`the model was trained on ${header[field]} ${field}, these images have ${test[field]}`);
    }
  }
}

/** Predictions for the images as they are, and the rates. */
async function predictAll(
  device: Device,
  { classifier, weights }: Model,
  test: TestSet,
): Promise<{ predictions: Predictions; rates: Rates }> {
  const predictor = createPredictor(device, classifier);
  const network = device.put(weights);
  const onDevice = putTestSet(device, test);
  const rates = ratesOf(await evaluate(predictor, network, onDevice));
  return { predictions: await predictor(network, onDevice.clean), rates };
}

interface Row {
  readonly index: number;
  readonly label: number;
  readonly class: number;
  readonly probabilities: readonly number[];
}

function rowsOf({ labels, classes }: Dataset, predictions: Predictions): Row[] {
  return Array.from(predictions.classes, (predicted, index) => ({
    index,
    label: labels[index]!,
    class: predicted,
    probabilities: Array.from(predictions.probabilities.subarray(index * classes, (index + 1) * classes)),
  }));
}

function formatCsv(test: Dataset, predictions: Predictions): string {
  const header = ["index", "label", "class", ...Array.from({ length: test.classes }, (_, k) => `p${k}`)];
  const rows = rowsOf(test, predictions).map((row) =>
    [row.index, row.label, row.class, ...row.probabilities.map((p) => p.toPrecision(6))].join(","),
  );
  return `${[header.join(","), ...rows].join("\n")}\n`;
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
