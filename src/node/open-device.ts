import { emitWarning } from "node:process";
import { openDevice as openGpuDevice } from "../kernels/index.ts";
import type { Device } from "../tensor/device.ts";
import { DeviceError } from "../tensor/errors.ts";
import { referenceDevice } from "../tensor/reference-device.ts";
import { waitNapping } from "./nap.ts";
import { loadGpu, requestBestAdapter } from "./webgpu.ts";

/** `auto`: a GPU if there is one, else the CPU reference. */
export type DeviceChoice = "auto" | "gpu" | "cpu";

export interface OpenDeviceOptions {
  /** Default `auto`. */
  readonly device?: DeviceChoice;
  /** Told which device was taken and, after a fallback, why. By default only a fallback is said, as a process warning. */
  readonly log?: (line: string) => void;
}

/**
 * Opens the best device of this machine: a real GPU, else software Vulkan, else the CPU reference.
 *
 * @throws DeviceError when `device` is `gpu` and there is none: the cause and what to install.
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<Device> {
  const choice = options.device ?? "auto";
  if (choice === "cpu") return told(referenceDevice(), options.log);
  try {
    const adapter = await requestBestAdapter(await loadGpu());
    return told(await openGpuDevice({ adapter, wait: waitNapping }), options.log);
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
