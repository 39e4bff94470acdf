import { openDevice } from "../src/kernels/index.ts";
import { waitNapping } from "../src/node/index.ts";
import { loadGpu, requestBestAdapter } from "../src/node/webgpu.ts";
import type { Device } from "../src/tensor/device.ts";

/** Our device, and the queue below it, which tells when work is submitted and when it is done. */
export interface BenchDevice {
  readonly device: Device;
  readonly software: boolean;
  /** Waits until the device has nothing left to do. */
  idle(): Promise<void>;
  /** When the last `queue.submit` returned, by `performance.now()`. */
  submittedAt(): number;
  readonly queue: GPUQueue;
  readonly raw: GPUDevice;
}

/** Opens the best adapter as `openDevice` of `node/` does, and keeps hold of its WebGPU device. */
export async function openBenchDevice(): Promise<BenchDevice> {
  const adapter = await requestBestAdapter(await loadGpu());
  const request = adapter.requestDevice.bind(adapter);
  let raw: GPUDevice | undefined;
  adapter.requestDevice = async (descriptor) => {
    raw = await request(descriptor);
    return raw;
  };
  const device = await openDevice({ adapter, wait: waitNapping });
  const { queue } = raw!;
  const submit = queue.submit.bind(queue);
  let submitted = 0;
  queue.submit = (commands) => {
    submit(commands);
    submitted = performance.now();
  };
  const software = device.info().adapterClass === "software";
  return {
    device,
    software,
    raw: raw!,
    queue,
    submittedAt: () => submitted,
    idle: async () => {
      const done = queue.onSubmittedWorkDone();
      await (software ? waitNapping(done) : done); // a real GPU loses nothing to a spinning core, and short calls gain
    },
  };
}
