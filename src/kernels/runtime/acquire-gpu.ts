import type { DeviceInfo } from "../../tensor/device.ts";
import { ConfigError, DeviceError } from "../../tensor/errors.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import type { PlanLimits } from "../adapter/plan-limits.ts";
import type { Gpu } from "./gpu.ts";
import { watchGpu } from "./gpu.ts";
import type { AcquireGpuOptions, Wait } from "./web-gpu.ts";

/** What the options' types stand for. */
interface Native {
  readonly gpu?: GPU | undefined;
  readonly adapter?: GPUAdapter | undefined;
  readonly device?: GPUDevice | undefined;
}

/** A GPU and what is known of it. */
interface AcquiredGpu {
  readonly gpu: Gpu;
  readonly info: DeviceInfo;
  readonly limits: PlanLimits;
}

const wantedFeatures = ["subgroups", "timestamp-query"] as const;
const wantedLimits = [
  "maxStorageBuffersPerShaderStage",
  "maxDynamicStorageBuffersPerPipelineLayout",
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
 * @throws DeviceError without an adapter, or when the device is refused; ConfigError for a `device` that is none, or tells nothing
 *   of its adapter.
 */
export async function acquireGpu(options: AcquireGpuOptions, caller: string): Promise<AcquiredGpu> {
  const wait: Wait = options.wait ?? ((promise) => promise);
  const { gpu, adapter: given, device: own } = options as Native;
  if (own !== undefined) return describe(checkDevice(own, caller), { device: own, adapter: given }, wait, caller);
  const adapter = given ?? (await findAdapter(gpu, caller));
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  const requiredLimits: Record<string, number> = {};
  for (const name of wantedLimits) requiredLimits[name] = adapter.limits[name];
  try {
    const device = await wait(adapter.requestDevice({ requiredFeatures, requiredLimits }));
    return describe(device, { adapter }, wait, caller);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DeviceError(`${caller}: the adapter gives no device: ${reason}`, [
      "an adapter makes one: ask for another",
    ]);
  }
}

async function findAdapter(given: GPU | undefined, caller: string): Promise<GPUAdapter> {
  const gpu = given ?? (globalThis as { navigator?: { gpu?: GPU | undefined } }).navigator?.gpu;
  if (gpu === undefined) {
    throw new DeviceError(`${caller}: no WebGPU: there is no navigator.gpu`, [
      "in a page: take a browser with WebGPU, over https or localhost",
      'in Node: take openDevice of "deconfound/node"',
    ]);
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new DeviceError(`${caller}: no WebGPU adapter`, ["this machine has no usable GPU driver"]);
  }
  return adapter;
}

function checkDevice(device: GPUDevice, caller: string): GPUDevice {
  if (typeof device === "object" && typeof device.createBuffer === "function") return device;
  throw new ConfigError(`${caller}: device must be a GPUDevice, it is ${JSON.stringify(device)}`, [
    '"gpu", "cpu" and "auto" are words of openDevice of "deconfound/node"',
  ]);
}

/** `own`: the caller's device, or the adapter that ours came from. */
function describe(device: GPUDevice, own: Pick<Native, "device" | "adapter">, wait: Wait, caller: string): AcquiredGpu {
  const info = device.adapterInfo ?? own.adapter?.info;
  if (info === undefined) {
    throw new ConfigError(`${caller}: the device has no adapterInfo, so its kernels cannot be chosen`, [
      "this WebGPU is older than that field: give its adapter too, { device, adapter }",
    ]);
  }
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
    gpu: watchGpu(device, wait, own.device === undefined),
    info: described,
    limits: {
      adapter,
      maxBindings: device.limits.maxStorageBuffersPerShaderStage,
      maxMoving: device.limits.maxDynamicStorageBuffersPerPipelineLayout,
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
