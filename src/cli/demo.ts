import type { Command } from "./command.ts";
import { parseOptions } from "./command.ts";
import { deviceConfig, deviceOption, tuningOption, withDevice } from "./device-option.ts";
import { prepareRun } from "./prepare-run.ts";
import { parseRunConfig } from "./run-config.ts";
import { runDefences } from "./run-defences.ts";
import { inFolder } from "./run-folder.ts";
import { trainCommand } from "./train.ts";

const common = "--dataset builtin --attack badnets --defence none,cbd --lr 0.03 --augment none";

/**
 * Chosen so that each ends in under three minutes on two cores. On the GPU a batch divides the set: a smaller last one is a second
 * program to compile. The set is small, so that it needs no augmentation; the CPU
 * takes fewer steps of the scan.
 */
const lines = {
  gpu: `${common} --size 16 --count 1000 --model wrn-10-1 --batch 20 --epochs 6`,
  reference: `${common} --size 12 --count 1000 --model small-8 --batch 16 --epochs 9 --set scan.steps=160`,
} as const;

const options = {
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  out: { kind: "text", default: null, form: "DIR", doc: "new folder for the files that train writes" },
  json: { kind: "boolean", default: false, doc: "print run.json instead of the table" },
} as const;

/** `deconfound demo`: `train` with settings that fit the machine. */
export const demoCommand: Command<typeof options> = {
  name: "demo",
  summary: "the main job on drawn images in under three minutes: poison, train without and with CBD, compare",
  options,
  notes: `With a GPU, software Vulkan included, it is\n  deconfound train ${lines.gpu}
and on the CPU reference\n  deconfound train ${lines.reference}\n`,
  async run(values, io) {
    const choice = deviceConfig(values);
    return withDevice(choice, io, async (later) => {
      const device = await later.open();
      const line = lines[device.info().kind];
      io.err(`deconfound train ${line}\n`);
      const parsed = parseOptions(trainCommand, line.split(" "));
      const config = { ...(await parseRunConfig(parsed.values, parsed)), ...choice };
      return inFolder(values.out, true, async (runFolder) => {
        const run = await prepareRun(config, { io, device: later, folder: null, runFolder });
        const folder = await runFolder.open();
        return runDefences({ ...run, device, folder, saved: undefined, shared: null, json: values.json }, io);
      });
    });
  },
};
