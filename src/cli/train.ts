import { ConfigError } from "../tensor/errors.ts";
import type { Command } from "./command.ts";
import { openChosen } from "./device-option.ts";
import { prepareRun } from "./prepare-run.ts";
import { parseRunConfig } from "./run-config.ts";
import { runDefences } from "./run-defences.ts";
import { readRunState } from "./run-state.ts";
import { settingsHelp, trainOptions } from "./train-options.ts";

/** `deconfound train`: one or more models from one training set, with and without defence. */
export const trainCommand: Command = {
  name: "train",
  summary: "train with and without defence on one poisoned set, and compare",
  options: trainOptions,
  notes: settingsHelp(),
  async run(args, io) {
    const resume = args.text("resume");
    const stray = args.given.find((name) => resume !== undefined && name !== "resume" && name !== "json");
    if (stray !== undefined) throw new ConfigError(`--resume goes on with the run's own options; leave out --${stray}`);
    const saved = resume === undefined ? undefined : await readRunState(resume);
    const config = saved?.config ?? parseRunConfig(args);
    const run = await prepareRun(config, resume ?? args.text("out"));
    const device = await openChosen(config, io);
    try {
      return await runDefences({ ...run, device, saved, json: args.flag("json") }, io);
    } finally {
      device.close();
    }
  },
};
