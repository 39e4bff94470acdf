import type { TestSet } from "../backdoor/evaluation.ts";
import { evaluate, putTestSet } from "../backdoor/evaluation.ts";
import type { Predictions } from "../backdoor/predict.ts";
import { createPredictor } from "../backdoor/predict.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Device } from "../tensor/device.ts";
import { DataError } from "../tensor/errors.ts";
import type { Command } from "./command.ts";
import { deviceOption, openChosen, parseDeviceConfig, tuningOption } from "./device-option.ts";
import { exitCode } from "./exit-code.ts";
import { attackedTest, loadParts } from "./load-data.ts";
import type { ModelHeader } from "./model-file.ts";
import { readModel } from "./model-file.ts";
import { parseAttack, parseSource } from "./run-config.ts";
import type { Rates } from "./run-report.ts";
import { ratesOf } from "./run-report.ts";
import { integerOption, requiredOption } from "./values.ts";

type Model = Awaited<ReturnType<typeof readModel>>;

/** `deconfound predict`: what a saved model says of test images. */
export const predictCommand: Command = {
  name: "predict",
  summary: "classes and probabilities of the test images under a saved model, and its rates",
  options: {
    model: { value: "FILE", doc: "model-<defence>.safetensors of a train run" },
    dataset: { value: "builtin|cifar10", doc: "test images; --data alone means cifar10" },
    data: { value: "DIR", doc: "folder of CIFAR-10's binary version" },
    size: { value: "N", fallback: "16", doc: "builtin: as in training" },
    count: { value: "N", fallback: "2000", doc: "builtin: as in training; the test set has half as many" },
    attack: { value: "none|badnets", fallback: "none", doc: "badnets: also the rates on triggered images, ASR and RA" },
    target: { value: "CLASS", fallback: "0", doc: "class that the trigger calls for" },
    seed: { value: "N", fallback: "0", doc: "builtin: as in training" },
    device: deviceOption,
    tuning: tuningOption,
    json: { doc: "print predictions and rates as JSON" },
  },
  notes: "Predictions go to standard output as CSV: index,label,class,p0,p1,… The rates go to standard error.\n",
  async run(args, io) {
    const source = parseSource(args);
    const attack = parseAttack(args);
    const seed = integerOption(args, "seed", { min: 0 })!;
    const model = await readModel(requiredOption(args, "model"));
    const { test } = await loadParts(source, seed);
    checkFits(model.header, test);
    const device = await openChosen(parseDeviceConfig(args), io);
    try {
      const { predictions, rates } = await predictAll(
        device,
        model,
        attack.kind === "none" ? { dataset: test } : attackedTest(test, attack.target),
      );
      if (args.flag("json"))
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
