import type { Device } from "../../tensor/device.ts";
import type { Tuning } from "../adapter/tuning.ts";
import { checkAdapter, parseTuning, tunedBy } from "../adapter/tuning.ts";
import type { AcquireGpuOptions } from "./acquire-gpu.ts";
import { acquireGpu } from "./acquire-gpu.ts";
import { gpuDevice } from "./gpu-device.ts";

export interface OpenGpuOptions extends AcquireGpuOptions {
  /** What {@link tune} measured on this adapter, instead of the built-in rules for kernels. */
  readonly tuning?: Tuning;
}

/**
 * A device on WebGPU, with the adapter's limits and, where it has them, subgroups and timestamps.
 *
 * @throws DeviceError without an adapter, or when the device is refused.
 * @throws DataError when `tuning` is damaged; ConfigError when it was measured on another adapter.
 */
export async function openDevice(options: OpenGpuOptions): Promise<Device> {
  const tuning = options.tuning === undefined ? undefined : parseTuning(options.tuning, "tuning");
  const { gpu, info, limits } = await acquireGpu(options, "openDevice");
  if (tuning === undefined) return gpuDevice(gpu, info, limits);
  try {
    checkAdapter(tuning, info.description);
  } catch (error) {
    gpu.close();
    throw error;
  }
  return gpuDevice(gpu, info, { ...limits, adapter: { ...limits.adapter, tuned: tunedBy(tuning) } });
}
