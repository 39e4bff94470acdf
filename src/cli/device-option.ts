import type { DeviceChoice } from "../node/index.ts";
import { openDevice } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError, DeviceError } from "../tensor/errors.ts";
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

/** @throws ConfigError for a word that is no choice. */
export function parseDevice(args: Arguments): DeviceChoice {
  return choiceOption(args, "device", choices) ?? "auto";
}

/** Opens the device and says on standard error which it is. @throws ConfigError when `gpu` was asked for and there is none. */
export async function openChosen(choice: DeviceChoice, io: Io): Promise<Device> {
  try {
    return await openDevice({ device: choice, log: (line) => io.err(`${line}\n`) });
  } catch (error) {
    if (error instanceof DeviceError) throw new ConfigError(`--device ${choice}: ${error.message}`);
    throw error;
  }
}
