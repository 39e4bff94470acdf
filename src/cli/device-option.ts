import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { DeviceChoice } from "../node/index.ts";
import { defaultTuningPath, openDevice } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError, DataError, DeviceError } from "../tensor/errors.ts";
import type { Arguments, OptionSpec } from "./command.ts";
import type { Io } from "./io.ts";
import { choiceOption } from "./values.ts";

const choices: readonly DeviceChoice[] = ["auto", "gpu", "cpu"];

/** The option `--device`, for the commands that run something. */
export const deviceOption: OptionSpec = {
  value: choices.join("|"),
  fallback: "auto",
  doc: "a GPU (a real one, else software Vulkan), the CPU reference, or the best there is",
};

/** The option `--tuning`, wherever there is `--device`. */
export const tuningOption: OptionSpec = {
  value: "FILE|none",
  doc: "what `tune` measured on this GPU; none: the built-in rules [what `tune` wrote last, if it is of this GPU]",
};

/** @throws ConfigError for a word that is no choice. */
function parseDevice(args: Arguments): DeviceChoice {
  return choiceOption(args, "device", choices) ?? "auto";
}

/** What to open, as options or a run's config have it. */
export interface DeviceConfig {
  readonly device: DeviceChoice;
  /** A path, `none`, or null for the default file. */
  readonly tuning: string | null;
}

/** `--device` and `--tuning`. @throws ConfigError for a word that is no choice. */
export function parseDeviceConfig(args: Arguments): DeviceConfig {
  const tuning = args.text("tuning");
  // absolute, so that a run can go on from another folder
  return {
    device: parseDevice(args),
    tuning: tuning === undefined || tuning === "none" ? (tuning ?? null) : resolve(tuning),
  };
}

/**
 * Opens the device and says on standard error which it is. A default tuning that does not fit is told and left out.
 *
 * @throws ConfigError when `gpu` was asked for and there is none, or the named tuning is another adapter's; DataError when it is damaged.
 */
export async function openChosen({ device, tuning }: DeviceConfig, io: Io): Promise<Device> {
  const log = (line: string): void => io.err(`${line}\n`);
  try {
    if (tuning === "none" || device === "cpu") return await openDevice({ device, log });
    if (tuning !== null) return await openDevice({ device, tuning, log });
    return await openTuned(device, log);
  } catch (error) {
    if (error instanceof DeviceError) throw new ConfigError(`--device ${device}: ${error.message}`);
    throw error;
  }
}

async function openTuned(device: DeviceChoice, log: (line: string) => void): Promise<Device> {
  const path = defaultTuningPath();
  if (path === undefined || !existsSync(path)) return openDevice({ device, log });
  try {
    return await openDevice({ device, tuning: path, log });
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof DataError)) throw error;
    log(`${path} is left out: ${error.message}`);
    return openDevice({ device, log });
  }
}
