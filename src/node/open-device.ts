import { emitWarning } from "node:process";
import type { Tuning } from "../kernels/index.ts";
import { openDevice as openGpuDevice } from "../kernels/index.ts";
import type { Device } from "../tensor/device.ts";
import { DeviceError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { parameters } from "../tensor/parameters.ts";
import { referenceDevice } from "../tensor/reference-device.ts";
import { waitNapping } from "./nap.ts";
import { readTuning } from "./tuning-file.ts";
import { loadGpu, requestBestAdapter } from "./webgpu.ts";

/** `auto`: a GPU if there is one, else the CPU reference. */
export type DeviceChoice = "auto" | "gpu" | "cpu";

export interface OpenDeviceOptions {
  /** Default `auto`. */
  readonly device?: DeviceChoice | undefined;
  /** What `tune` measured on this adapter, or the path of its file. The CPU reference has no use for it. @defaultValue the built-in rules */
  readonly tuning?: Tuning | string | undefined;
  /** Told which device was taken and, after a fallback, why. By default only a fallback is said, as a process warning. */
  readonly log?: ((line: string) => void) | undefined;
}

const checkOpenDevice = parameters(
  "openDevice",
  {},
  { device: kind.oneOf("auto", "gpu", "cpu"), tuning: kind.anything, log: kind.callback },
);

/**
 * Opens the best device of this machine: a real GPU, else software Vulkan, else the CPU reference.
 *
 * @throws DeviceError when `device` is `gpu` and there is none: the cause and what to install.
 * @throws DataError when the tuning cannot be read; ConfigError when it was measured on another adapter.
 * @example
 * ```ts
 * import { mul, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * import { openDevice } from "deconfound/node";
 *
 * const device = await openDevice({ device: "cpu" }); // without the option: a GPU where there is one
 * const double = device.compile((x: Tensor) => mul(x, 2));
 * console.log(String(await (await double(tensor([1, 2]))).data())); // 2,4
 * await device.close();
 * ```
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<Device> {
  checkOpenDevice(arguments);
  const choice = options.device ?? "auto";
  if (choice === "cpu") return told(referenceDevice(), options.log);
  const tuning = typeof options.tuning === "string" ? await readTuning(options.tuning) : options.tuning;
  try {
    const adapter = await requestBestAdapter(await loadGpu());
    const device = await openGpuDevice({ adapter, wait: waitNapping, ...(tuning === undefined ? {} : { tuning }) });
    if (tuning !== undefined) options.log?.(`tuning: of ${tuning.date}, ${Object.keys(tuning.classes).length} classes`);
    return told(device, options.log);
  } catch (error) {
    if (choice === "gpu" || !(error instanceof DeviceError)) throw error;
    const log = options.log ?? emitWarning;
    log(`${error.message}\nusing the CPU reference: right, and slow`);
    return told(referenceDevice(), options.log);
  }
}

function told(device: Device, log: OpenDeviceOptions["log"]): Device {
  log?.(`device: ${device.info().description}`);
  return device;
}
