import { DeviceError } from "../../tensor/errors.ts";
import type { Site } from "../../tensor/site.ts";
import { closedError } from "../../tensor/storage.ts";
import type { Wait } from "./web-gpu.ts";

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
  /** Waits for a promise of the device. @throws DeviceError in place of its own error when the device was closed or lost meanwhile. */
  wait<T>(promise: Promise<T>, name: string): Promise<T>;
  /** @throws DeviceError when the device is closed or lost. */
  checkUsable(name: string): void;
  /** @throws as {@link checkUsable}, or once what an earlier submit did wrong, naming the program. */
  check(name: string): void;
  /** Reads a range of a buffer that was made with `copySource`. */
  read(buffer: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer>;
  /** Resolves when fewer than `limit` submits are in flight, in the order of the calls. */
  settle(limit: number): Promise<void>;
  submit(commands: GPUCommandBuffer): void;
  /** Refuses further work; resolves when no promise of the device is pending. */
  close(site: Site): Promise<void>;
}

/** @param owned - whether `close` destroys the device. */
export function watchGpu(device: GPUDevice, wait: Wait, owned: boolean): Gpu {
  let failure: string | undefined;
  let lost: string | undefined;
  let closed: Site | undefined;
  let lastTurn: Promise<void> = Promise.resolve();
  const inFlight: Promise<unknown>[] = [];
  const pending = new Set<Promise<unknown>>();
  const note = (event: Event): void => {
    failure ??= (event as GPUUncapturedErrorEvent).error.message;
  };
  device.addEventListener("uncapturederror", note);
  const loss = device.lost.then(({ message, reason }) => {
    lost = message === "" ? reason : message;
  });
  const checkUsable = (name: string): void => {
    if (closed !== undefined) throw closedError(name, closed);
    if (lost === undefined) return;
    throw new DeviceError(`${name}: the device was lost: ${lost}`, [
      "what was on it is gone: open another device and start from saved data",
    ]);
  };
  const gpu: Gpu = {
    device,
    async wait(promise, name) {
      pending.add(promise);
      try {
        return await wait(promise);
      } catch (error) {
        if (closed === undefined) await Promise.race([loss, pause()]); // a loss is told after what it cuts off
        checkUsable(name);
        throw error;
      } finally {
        pending.delete(promise);
      }
    },
    checkUsable,
    check(name) {
      checkUsable(name);
      if (failure === undefined) return;
      const [first, ...rest] = failure.split("\n");
      failure = undefined;
      throw new DeviceError(`${name}: an earlier submit failed: ${first}`, rest);
    },
    submit(commands) {
      device.queue.submit([commands]);
      const done = (): void => {
        inFlight.splice(inFlight.indexOf(fence), 1);
      };
      const fence: Promise<void> = device.queue.onSubmittedWorkDone().then(done, done);
      inFlight.push(fence);
    },
    settle(limit) {
      lastTurn = lastTurn.then(async () => {
        while (inFlight.length >= limit) await wait(inFlight[0]!);
      });
      return lastTurn;
    },
    async read(buffer, offset, bytes) {
      const staging = device.createBuffer({ size: bytes, usage: usage.copyTarget | usage.mapRead });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, offset, staging, 0, bytes);
      device.queue.submit([encoder.finish()]);
      try {
        await gpu.wait(staging.mapAsync(mapRead), "data");
        gpu.check("data");
        return staging.getMappedRange().slice(0);
      } finally {
        staging.destroy();
      }
    },
    async close(site) {
      if (closed === undefined) {
        closed = site;
        device.removeEventListener("uncapturederror", note);
        if (owned) device.destroy();
      }
      await wait(Promise.allSettled([...inFlight, ...pending, ...(owned ? [loss] : [])]));
    },
  };
  return gpu;
}

const pause = (): Promise<void> => new Promise((done) => setTimeout(done, 50));
