import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { DeviceChoice } from "../node/index.ts";
import { defaultTuningPath, openDevice } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError, DataError, DeviceError } from "../tensor/errors.ts";
import type { Io } from "./io.ts";

/** The option `--device`, for the commands that run something. */
export const deviceOption = {
  kind: "choice",
  default: "auto",
  choices: ["auto", "gpu", "cpu"],
  doc: "a GPU (a real one, else software Vulkan), the CPU reference, or the best there is",
} as const;

/** The option `--tuning`, wherever there is `--device`. */
export const tuningOption = {
  kind: "text",
  default: null,
  form: "FILE|none",
  doc: "what `tune` measured on this GPU; none: the built-in rules [what `tune` wrote last, if it is of this GPU]",
} as const;

/** The option `--resident`, for the commands that put images on the device. */
export const residentOption = {
  kind: "integer",
  default: null,
  from: 0,
  to: 1048576,
  unit: "MiB",
  doc: "MiB of images that the GPU may hold: a set that takes more stays in main memory, and each batch is uploaded by itself; for a GPU with little memory [what one buffer of the GPU can hold]",
} as const;

/** `--device` asks for what is not there. */
export class DeviceMissing extends ConfigError {}

/** What to open, as options or a run's config have it. */
export interface DeviceChosen {
  readonly device: DeviceChoice;
  /** A path, `none`, or null for the default file. */
  readonly tuning: string | null;
}

/** What to open, and how much of it images may take. */
export interface DeviceConfig extends DeviceChosen {
  /** MiB; null for what one buffer of the device holds. */
  readonly resident: number | null;
}

/** `--device`, `--tuning`, `--resident`; paths become absolute, so that a run can go on from another folder. */
export function deviceConfig({
  device,
  tuning,
  resident = null,
}: DeviceChosen & { readonly resident?: number | null }): DeviceConfig {
  return { device, tuning: tuning === null || tuning === "none" ? tuning : resolve(tuning), resident };
}

/** What programs call `residentBytes`. */
export function residentBytesOf({ resident }: Pick<DeviceConfig, "resident">): number | undefined {
  return resident === null ? undefined : resident * 2 ** 20;
}

/**
 * Opens the device and says on standard error which it is. A default tuning that does not fit is told and left out.
 *
 * @throws DeviceMissing when `gpu` was asked for and there is none; ConfigError when the named tuning is another adapter's; DataError when
 * it is damaged.
 */
export async function openChosen({ device, tuning }: DeviceChosen, io: Io): Promise<Device> {
  const log = (line: string): void => io.err(`${line}\n`);
  try {
    if (tuning === "none" || device === "cpu") return await openDevice({ device, log });
    if (tuning !== null) return await openDevice({ device, tuning, log });
    return await openTuned(device, log);
  } catch (error) {
    if (error instanceof DeviceError) throw new DeviceMissing(`--device ${device}: ${error.message}`);
    throw error;
  }
}

/** A device that is opened when it is first asked for. */
export interface LazyDevice {
  open(): Promise<Device>;
  /** Images of more bytes are not put on it; undefined for its own limit. */
  readonly residentBytes: number | undefined;
}

/** Calls with a device that is opened by {@link openChosen} when it is asked for, and closed afterwards. */
export async function withDevice<T>(config: DeviceConfig, io: Io, use: (device: LazyDevice) => Promise<T>): Promise<T> {
  let opened: Promise<Device> | undefined;
  try {
    return await use({
      residentBytes: residentBytesOf(config),
      open() {
        opened ??= openChosen(config, io);
        return opened;
      },
    });
  } finally {
    const device = await opened?.catch(() => undefined);
    await device?.close();
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
