import type { Device } from "../../tensor/device.ts";
import { DeviceError } from "../../tensor/errors.ts";
import * as kind from "../../tensor/kinds.ts";
import { parameters } from "../../tensor/parameters.ts";
import { referenceDevice } from "../../tensor/reference-device.ts";
import { captureSite } from "../../tensor/site.ts";
import type { Tuning } from "../adapter/tuning.ts";
import { checkAdapter, parseTuning, tunedBy } from "../adapter/tuning.ts";
import { acquireGpu } from "./acquire-gpu.ts";
import { gpuDevice } from "./gpu-device.ts";
import type { AcquireGpuOptions } from "./web-gpu.ts";

export interface OpenGpuOptions extends AcquireGpuOptions {
  /** What {@link tune} measured on this adapter, instead of the built-in rules for kernels. */
  readonly tuning?: Tuning | undefined;
  /** Told why the CPU reference is taken. @defaultValue `console.warn` */
  readonly log?: ((line: string) => void) | undefined;
}

const checkOpenDevice = parameters(
  "openDevice",
  {},
  {
    gpu: kind.anything,
    adapter: kind.anything,
    device: kind.anything,
    wait: kind.callback,
    tuning: kind.anything,
    log: kind.callback,
  },
);

/**
 * A device on WebGPU, with the adapter's limits and, where it has them, subgroups and timestamps.
 *
 * Without `gpu`, `adapter` and `device` it takes `navigator.gpu`, and where there is no GPU the CPU reference, which it says.
 *
 * @throws DeviceError without an adapter, or when the device is refused, if one was asked for.
 * @throws DataError when `tuning` is damaged; ConfigError when it was measured on another adapter, or `device` is not usable.
 * @example
 * ```ts
 * import { mul, openDevice, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 *
 * const device = await openDevice({ log: () => undefined }); // in a page; the CPU reference where there is no GPU
 * const double = device.compile((x: Tensor) => mul(x, 2));
 * console.log(String(await (await double(tensor([1, 2]))).data())); // 2,4
 * await device.close();
 * ```
 */
export async function openDevice(options: OpenGpuOptions = {}): Promise<Device> {
  checkOpenDevice(arguments);
  const tuning = options.tuning === undefined ? undefined : parseTuning(options.tuning, "tuning");
  try {
    return await openGpu(options, tuning);
  } catch (error) {
    const asked = options.gpu ?? options.adapter ?? options.device;
    if (asked !== undefined || !(error instanceof DeviceError)) throw error;
    // biome-ignore lint/suspicious/noConsole: a fallback to something a thousand times slower is not taken in silence
    const log = options.log ?? console.warn;
    log(`${error.message}\nusing the CPU reference: right, and slow`);
    return referenceDevice();
  }
}

async function openGpu(options: OpenGpuOptions, tuning: Tuning | undefined): Promise<Device> {
  const { gpu, info, limits } = await acquireGpu(options, "openDevice");
  if (tuning === undefined) return gpuDevice(gpu, info, limits);
  try {
    checkAdapter(tuning, info.description);
  } catch (error) {
    await gpu.close(captureSite());
    throw error;
  }
  return gpuDevice(gpu, info, { ...limits, adapter: { ...limits.adapter, tuned: tunedBy(tuning) } });
}
