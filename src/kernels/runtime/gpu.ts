import { DeviceError } from "../../tensor/errors.ts";

/** Waits for a promise of the GPU: `node/` brings one that naps, since Dawn spins a core while a promise is pending. */
export type Wait = <T>(promise: Promise<T>) => Promise<T>;

// WebGPU's flag values, so that no global enum is needed.
export const usage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
  queryResolve: 0x200,
} as const;
const mapRead = 0x1;

/** A GPU device with its errors turned into exceptions of the next call. */
export interface Gpu {
  readonly device: GPUDevice;
  readonly wait: Wait;
  /** Throws what an earlier submit did wrong, naming the program. */
  check(name: string): void;
  /** Reads a range of a buffer that was made with `copySource`. */
  read(buffer: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer>;
  /** Resolves when fewer than `limit` submits are in flight. */
  settle(limit: number): Promise<void>;
  submit(commands: GPUCommandBuffer): void;
  close(): void;
}

export function watchGpu(device: GPUDevice, wait: Wait): Gpu {
  let failure: string | undefined;
  let lost: string | undefined;
  let closing = false;
  const inFlight: Promise<unknown>[] = [];
  device.addEventListener("uncapturederror", (event) => {
    failure ??= (event as GPUUncapturedErrorEvent).error.message;
  });
  void device.lost.then((info) => {
    if (!closing) lost = info.message;
  });
  const check = (name: string): void => {
    if (lost !== undefined) throw new DeviceError(`${name}: the device was lost: ${lost}`, ["open a new one"]);
    if (failure === undefined) return;
    const [first, ...rest] = failure.split("\n");
    failure = undefined;
    throw new DeviceError(`${name}: an earlier submit failed: ${first}`, rest);
  };
  return {
    device,
    wait,
    check,
    submit(commands) {
      device.queue.submit([commands]);
      const fence: Promise<unknown> = device.queue.onSubmittedWorkDone().finally(() => {
        const at = inFlight.indexOf(fence);
        if (at >= 0) inFlight.splice(at, 1);
      });
      fence.catch(() => undefined);
      inFlight.push(fence);
    },
    close() {
      closing = true;
      device.destroy();
    },
    async settle(limit) {
      while (inFlight.length >= limit) await wait(inFlight[0]!.catch(() => undefined));
    },
    async read(buffer, offset, bytes) {
      const staging = device.createBuffer({ size: bytes, usage: usage.copyTarget | usage.mapRead });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, offset, staging, 0, bytes);
      device.queue.submit([encoder.finish()]);
      try {
        await wait(staging.mapAsync(mapRead));
        check("data");
        return staging.getMappedRange().slice(0);
      } finally {
        staging.destroy();
      }
    },
  };
}
