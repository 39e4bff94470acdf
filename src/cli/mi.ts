import type { Pairs, Sampler } from "../mi/index.ts";
import { taskNamed } from "../mi/index.ts";
import type { OptionsOf } from "../options/option.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import type { Command, Given } from "./command.ts";
import { deviceConfig, deviceOption, tuningOption, withDevice } from "./device-option.ts";
import { exitCode } from "./exit-code.ts";
import { checkMethod, criticNames, methodsHelp, miTraining, runMethod } from "./mi-method.ts";
import { readPairs, readPoints } from "./points-file.ts";

const options = {
  x: { kind: "text", default: null, form: "FILE", doc: "samples of x, one a row: .npy, .csv, .npz, .safetensors" },
  y: { kind: "text", default: null, form: "FILE", doc: "samples of y, the rows that belong to those of x" },
  task: { kind: "text", default: null, form: "ID", doc: "a task with a known answer instead: docs/mi.md" },
  estimator: { kind: "text", default: "infonce", form: "NAME", doc: "which estimate, of the list below" },
  critic: {
    kind: "choice",
    default: "auto",
    choices: criticNames as typeof criticNames,
    doc: "what learns the scores; auto: what the estimator needs",
  },
  set: { kind: "texts", default: [] as readonly string[], form: "NAME=VALUE", doc: "an option of the estimator" },
  seed: {
    kind: "integer",
    default: 0,
    from: 0,
    to: 4294967295,
    doc: "decides weights, batches, and which half is held out",
  },
  steps: miTraining.steps as typeof miTraining.steps,
  batch: miTraining.batch as typeof miTraining.batch,
  lr: miTraining.lr as typeof miTraining.lr,
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  bare: { kind: "boolean", default: false, doc: "print the number alone" },
  json: { kind: "boolean", default: false, doc: "print a JSON object" },
} as const;

/** `deconfound mi`: the mutual information of samples in files. */
export const miCommand: Command<typeof options> = {
  name: "mi",
  summary: "how much two sets of samples know of each other, in nats, with an interval",
  options,
  operands: {
    form: "[FILE]",
    doc: "x and y in one: .npz or .safetensors with arrays x and y, .csv with columns X0, …, Y0, …",
    most: 1,
  },
  notes: `One half of the pairs trains a critic, the other gives the estimate: its mean over held-out batches, with a 95 % interval. ksg, cca,
binned, gaussian, hsic and distance-correlation need no critic and take all pairs. What may make the number mislead goes to standard error.

${methodsHelp}

As an external estimator of bmi, which writes X0, …, Y0, … and reads one number:  deconfound mi SAMPLE.csv --bare
`,
  async run(values, io, given) {
    if (values.bare && values.json) throw new ConfigError("--bare and --json exclude each other");
    checkMethod(values.estimator);
    const samples = await samplesOf(values, given);
    const quiet = values.bare ? { ...io, err: () => {} } : io; // bmi takes standard error for a part of the number
    const result = await withDevice(deviceConfig(values), quiet, (device) =>
      runMethod(values.estimator, samples, { ...values, count: 2000 }, device),
    );
    const truth = values.task === null ? null : taskNamed(values.task).truth;
    const { estimate, low, high, unit, advice } = result;
    for (const line of advice) quiet.err(`${values.estimator}: ${line}\n`);
    if (values.bare) io.out(`${estimate}\n`);
    else if (values.json) io.out(`${JSON.stringify({ estimator: values.estimator, ...result, true: truth })}\n`);
    else {
      const interval = low === null || high === null ? "" : `  [${low.toFixed(3)}, ${high.toFixed(3)}]`;
      const known = truth === null ? "" : `  known ${truth.toFixed(3)}`;
      io.out(
        `${values.estimator}  ${estimate.toFixed(3)} ${unit === "nats" ? "nats" : `(${unit}, not nats)`}${interval}${known}\n`,
      );
    }
    return exitCode.ok;
  },
};

async function samplesOf(
  { x, y, task }: OptionsOf<typeof options>,
  { operands }: Pick<Given, "operands">,
): Promise<Pairs | Sampler> {
  const [file] = operands;
  const ways = [file !== undefined, x !== null || y !== null, task !== null].filter(Boolean).length;
  if (ways !== 1) throw new ConfigError("expects --x FILE --y FILE, or one FILE with both, or --task ID");
  if (file !== undefined) return readPairs(file);
  if (task !== null) return taskNamed(task);
  if (x === null || y === null) throw new ConfigError(`--${x === null ? "x" : "y"} is missing`);
  const pairs = { x: await readPoints(x), y: await readPoints(y) };
  if (pairs.x.count !== pairs.y.count) {
    throw new DataError(`${x} has ${pairs.x.count} samples, ${y} has ${pairs.y.count}`, [
      "expects pairs: equally many",
    ]);
  }
  return pairs;
}
