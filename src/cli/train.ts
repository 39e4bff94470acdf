import { attacks } from "../backdoor/attacks/index.ts";
import { defences } from "../backdoor/defences/index.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { modelFamilies } from "../nn/models/index.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Command } from "./command.ts";
import { openChosen } from "./device-option.ts";
import { recordsHelp, settingsHelp } from "./help.ts";
import { attackOwners, formatOwners, trainingOwners } from "./option-owners.ts";
import { prepareRun } from "./prepare-run.ts";
import { parseRunConfig } from "./run-config.ts";
import { runDefences } from "./run-defences.ts";
import { readRunState } from "./run-state.ts";
import { trainOptions } from "./train-options.ts";

const owners = [...formatOwners, ...attackOwners, ...trainingOwners];

/** `deconfound train`: one or more models from one training set, with and without defence. */
export const trainCommand: Command<typeof trainOptions> = {
  name: "train",
  summary: "train with and without defence on one poisoned set, and compare",
  options: trainOptions,
  owners,
  notes: [
    recordsHelp("Dataset formats, for --dataset", datasetFormats),
    recordsHelp("Attacks, for --attack", attacks),
    recordsHelp("Defences, for --defence", defences),
    recordsHelp(
      "Models, for --model",
      modelFamilies.map(({ form, summary }) => ({ name: form, summary })),
    ),
    settingsHelp(owners),
  ].join("\n"),
  async run(values, io, given) {
    const resume = values.resume ?? undefined;
    const stray = given.names.find((name) => resume !== undefined && name !== "resume" && name !== "json");
    if (stray !== undefined) throw new ConfigError(`--resume goes on with the run's own options; leave out --${stray}`);
    const saved = resume === undefined ? undefined : await readRunState(resume);
    const config = saved?.config ?? (await parseRunConfig(values, given));
    const run = await prepareRun(config, resume ?? values.out ?? undefined);
    const device = await openChosen(config, io);
    try {
      return await runDefences({ ...run, device, saved, json: values.json }, io);
    } finally {
      device.close();
    }
  },
};
