import type { TuneOptions, Tuning } from "../kernels/index.ts";
import { tune as tuneGpu } from "../kernels/index.ts";
import { waitNapping } from "./nap.ts";
import { loadGpu, requestBestAdapter } from "./webgpu.ts";

/**
 * Measures kernels on the adapter that {@link openDevice} takes, for its option `tuning`. Minutes.
 *
 * @throws DeviceError when there is no GPU, or when two kernels disagree: the driver computes wrong.
 * @example
 * ```ts
 * import { openDevice, tune } from "deconfound/node";
 *
 * const openTuned = async () => openDevice({ tuning: await tune({ only: ["matmul"] }) }); // needs a GPU
 * console.log(typeof openTuned); // function
 * ```
 */
export async function tune(options: Omit<TuneOptions, "gpu" | "adapter" | "device" | "wait"> = {}): Promise<Tuning> {
  return tuneGpu({ ...options, adapter: await requestBestAdapter(await loadGpu()), wait: waitNapping });
}
