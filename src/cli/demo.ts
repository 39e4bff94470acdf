import type { Command } from "./command.ts";
import { parseOptions } from "./command.ts";
import { deviceOption, openChosen, parseDevice } from "./device-option.ts";
import { prepareRun } from "./prepare-run.ts";
import { parseRunConfig } from "./run-config.ts";
import { runDefences } from "./run-defences.ts";
import { trainCommand } from "./train.ts";

const poisoned = "--dataset builtin --attack badnets --defence none,cbd";

/** Chosen so that each ends in under three minutes on two cores. */
const lines = {
  gpu: `${poisoned} --size 16 --count 2000 --model wrn-10-1 --epochs 8 --backdoor-epochs 3 --batch 64`,
  reference: `${poisoned} --size 12 --count 500 --model small-8 --epochs 8 --backdoor-epochs 3 --batch 32`,
} as const;

/** `deconfound demo`: `train` with settings that fit the machine. */
export const demoCommand: Command = {
  name: "demo",
  summary: "the main job on drawn images in under three minutes: poison, train without and with CBD, compare",
  options: {
    device: deviceOption,
    out: { value: "DIR", doc: "as for train" },
    json: { doc: "print run.json instead of the table" },
  },
  notes: `With a GPU, software Vulkan included, it is\n  deconfound train ${lines.gpu}
and on the CPU reference\n  deconfound train ${lines.reference}\n`,
  async run(args, io) {
    const choice = parseDevice(args);
    const device = await openChosen(choice, io);
    try {
      const line = lines[device.info().kind];
      io.err(`deconfound train ${line}\n`);
      const config = { ...parseRunConfig(parseOptions(trainCommand, line.split(" "))), device: choice };
      const run = await prepareRun(config, args.text("out"));
      return await runDefences({ ...run, device, saved: undefined, json: args.flag("json") }, io);
    } finally {
      device.close();
    }
  },
};
