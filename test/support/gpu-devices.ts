import { openDevice } from "../../src/kernels/index.ts";
import { watchGpu } from "../../src/kernels/runtime/gpu.ts";
import { gpuDevice } from "../../src/kernels/runtime/gpu-device.ts";
import { waitNapping } from "../../src/node/nap.ts";
import type { Device } from "../../src/tensor/device.ts";
import { gpu } from "./gpu.ts";

// An adapter makes one device, so each asks for its own.
const freshAdapter = async (): Promise<GPUAdapter> => (await gpu!.requestAdapter())!;

/** Devices that choose different variants: the adapter as it is, and as if it were a GPU without subgroups. */
export const openers: Readonly<Record<string, () => Promise<Device>>> = {
  "as it is": async () => openDevice({ adapter: await freshAdapter(), wait: waitNapping }),
  "portable variants": async () => {
    const device = await (await freshAdapter()).requestDevice();
    const { limits } = device;
    const facts = { adapterClass: "discrete", subgroupSize: null, limits } as const;
    const info = { kind: "gpu", adapterClass: "discrete", description: "portable", features: [], limits: {} } as const;
    return gpuDevice(watchGpu(device, waitNapping, true), info, {
      adapter: facts,
      maxBindings: limits.maxStorageBuffersPerShaderStage,
      maxMoving: limits.maxDynamicStorageBuffersPerPipelineLayout,
      maxBindingBytes: limits.maxStorageBufferBindingSize,
    });
  },
};
