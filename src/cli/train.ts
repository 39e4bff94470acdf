import { attacks } from "../backdoor/attacks/index.ts";
import { defences } from "../backdoor/defences/index.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { modelFamilies } from "../nn/models/index.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Command } from "./command.ts";
import { withDevice } from "./device-option.ts";
import type { ExitCode } from "./exit-code.ts";
import { recordsHelp } from "./help.ts";
import type { Io } from "./io.ts";
import { tellNotes } from "./load-data.ts";
import { attackOwners, formatOwners, trainingOwners } from "./option-owners.ts";
import { describePoison } from "./poison.ts";
import type { OpenRun } from "./prepare-run.ts";
import { checkSame, prepareRun } from "./prepare-run.ts";
import type { RunConfig } from "./run-config.ts";
import { parseRunConfig } from "./run-config.ts";
import { runDefences } from "./run-defences.ts";
import { inFolder } from "./run-folder.ts";
import { readRunState } from "./run-state.ts";
import type { SharedParts } from "./shared-parts.ts";
import { trainOptions } from "./train-options.ts";

const needHelp = { nothing: "", cleanSubset: "; needs clean images", poisonRate: "; needs the poison rate" } as const;

const owners = [...formatOwners, ...attackOwners, ...trainingOwners];

/** What a training is called with, besides its configuration. */
interface TrainCall {
  readonly io: Io;
  /** Print the report instead of the table. */
  readonly json: boolean;
  /** Null for a run that is not part of an experiment. */
  readonly shared: SharedParts | null;
}

/** Trains anew. @param out - a new folder; null for none. */
export async function trainAnew(config: RunConfig, out: string | null, call: TrainCall): Promise<ExitCode> {
  const { io, json, shared } = call;
  return withDevice(config, io, (device) =>
    inFolder(out, true, async (runFolder) => {
      const run = await prepareRun(config, { io, device, folder: null, runFolder, shared });
      const folder = await runFolder.open();
      return runPrepared({ ...run, folder, saved: undefined, json, shared, device: await device.open() }, io);
    }),
  );
}

/** Goes on with the run in a folder. */
export async function goOn(path: string, { io, json, shared }: TrainCall): Promise<ExitCode> {
  await readRunState(path); // before anything is written where there is no run
  return inFolder(path, false, async (runFolder) => {
    const folder = await runFolder.open();
    const saved = await readRunState(path); // as it is now that nobody else writes it
    return withDevice(saved.config, io, async (device) => {
      const run = await prepareRun(saved.config, { io, device, folder: path, runFolder, shared });
      if (saved.identity !== null) checkSame(saved.identity, run.identity, path);
      return runPrepared({ ...run, folder, saved, json, shared, device: await device.open() }, io);
    });
  });
}

async function runPrepared(run: OpenRun, io: Io): Promise<ExitCode> {
  tellNotes(run.data.parts, io);
  for (const line of describePoison(run.data)) io.err(`${line}\n`);
  for (const { name, content } of run.data.attackFiles) run.folder?.put(name, await content());
  return runDefences(run, io);
}

/** `deconfound train`: one or more models from one training set, with and without defence. */
export const trainCommand: Command<typeof trainOptions> = {
  name: "train",
  summary: "train a clean model on a set that may be poisoned, or compare training with and without a defence",
  options: trainOptions,
  owners,
  notes: [
    `train --data DIR --out RUN is all that a set of your own needs: it is scanned for poison, and a model is trained without what looks
poisoned. For experiments, --attack poisons a clean set first, and --defence none,cbd compares.
`,
    recordsHelp("Dataset formats, for --dataset", datasetFormats),
    recordsHelp("Attacks, for --attack", attacks),
    recordsHelp(
      "Defences, for --defence",
      defences.map(({ name, summary, needs }) => ({ name, summary: summary + needHelp[needs] })),
    ),
    recordsHelp(
      "Models, for --model",
      modelFamilies.map(({ form, summary }) => ({ name: form, summary })),
    ),
  ].join("\n"),
  async run(values, io, given) {
    const resume = values.resume ?? undefined;
    const stray = given.names.find((name) => resume !== undefined && name !== "resume" && name !== "json");
    if (stray !== undefined) throw new ConfigError(`--resume goes on with the run's own options; leave out --${stray}`);
    const call = { io, json: values.json, shared: null };
    return resume === undefined ? trainAnew(await parseRunConfig(values, given), values.out, call) : goOn(resume, call);
  },
};
