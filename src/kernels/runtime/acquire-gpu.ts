import type { DeviceInfo } from "../../tensor/device.ts";
import { DeviceError } from "../../tensor/errors.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import type { PlanLimits } from "../adapter/plan-limits.ts";
import type { Gpu, Wait } from "./gpu.ts";
import { watchGpu } from "./gpu.ts";

export interface AcquireGpuOptions {
  /** `navigator.gpu`, or what `webgpu`'s `create([])` returns. */
  readonly gpu?: GPU;
  /** An adapter to take instead of asking `gpu` for one. */
  readonly adapter?: GPUAdapter;
  /** A device of the caller, taken as it is, with its limits and features. `close()` destroys it. */
  readonly device?: GPUDevice;
  /** How to wait for the GPU. @defaultValue a plain await */
  readonly wait?: Wait;
}

/** A GPU and what is known of it. */
export interface AcquiredGpu {
  readonly gpu: Gpu;
  readonly info: DeviceInfo;
  readonly limits: PlanLimits;
}

const wantedFeatures = ["subgroups", "timestamp-query"] as const;
const wantedLimits = [
  "maxStorageBuffersPerShaderStage",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
] as const;

/**
 * Takes a GPU with the adapter's limits and, where it has them, subgroups and timestamps.
 *
 * @param caller - named in errors.
 * @throws DeviceError without an adapter, or when the device is refused.
 */
export async function acquireGpu(options: AcquireGpuOptions, caller: string): Promise<AcquiredGpu> {
  const wait: Wait = options.wait ?? ((promise) => promise);
  if (options.device !== undefined) return describe(options.device, options.device.adapterInfo, wait);
  const adapter =
    options.adapter ?? (await options.gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? undefined;
  if (adapter === undefined) {
    throw new DeviceError(`${caller}: no WebGPU adapter`, [
      options.gpu === undefined
        ? "give { gpu: navigator.gpu }, an adapter or a device"
        : "this machine has no usable GPU driver",
    ]);
  }
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  const requiredLimits: Record<string, number> = {};
  for (const name of wantedLimits) requiredLimits[name] = adapter.limits[name];
  const device = await wait(adapter.requestDevice({ requiredFeatures, requiredLimits }));
  return describe(device, adapter.info, wait);
}

function describe(device: GPUDevice, info: GPUAdapterInfo, wait: Wait): AcquiredGpu {
  const limits: Record<string, number> = {};
  for (const name of wantedLimits) limits[name] = device.limits[name];
  const adapterClass = classOf(info);
  const described: DeviceInfo = {
    kind: "gpu",
    adapterClass,
    description: [info.description || info.device, info.vendor, info.architecture]
      .filter((text) => text !== "")
      .join(", "),
    features: [...device.features].sort(),
    limits,
  };
  const lanes = info.subgroupMinSize;
  const fixed = device.features.has("subgroups") && lanes === info.subgroupMaxSize;
  const adapter: AdapterFacts = {
    adapterClass,
    subgroupSize: fixed ? (lanes ?? null) : null,
    limits: {
      maxComputeWorkgroupsPerDimension: device.limits.maxComputeWorkgroupsPerDimension,
      maxComputeInvocationsPerWorkgroup: device.limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupStorageSize: device.limits.maxComputeWorkgroupStorageSize,
    },
  };
  return {
    gpu: watchGpu(device, wait),
    info: described,
    limits: {
      adapter,
      maxBindings: device.limits.maxStorageBuffersPerShaderStage,
      maxBindingBytes: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize),
    },
  };
}

/** Kernel variants differ by this. WebGPU does not tell integrated from discrete; the vendor mostly does. */
function classOf(info: GPUAdapterInfo): AdapterFacts["adapterClass"] {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`.toLowerCase();
  if (/llvmpipe|lavapipe|swiftshader|software|basic render/.test(words)) return "software";
  return /apple|intel|qualcomm|arm|mali|adreno/.test(words) ? "integrated" : "discrete";
}
