import { usage } from "./gpu.ts";

/** The device buffers of one plan. Knows nothing of the plan, so it may outlive a program that is collected. */
export interface PlanBuffers {
  /** @defaultValue storage that can be copied from and to */
  make(bytes: number, flags?: GPUBufferUsageFlags): GPUBuffer;
  bytes(): number;
  destroy(): void;
}

/** @param onMade - told the bytes of every buffer. */
export function planBuffers(device: GPUDevice, onMade: (bytes: number) => void): PlanBuffers {
  const made: GPUBuffer[] = [];
  let bytes = 0;
  return {
    make(size, flags = usage.storage | usage.copySource | usage.copyTarget) {
      const buffer = device.createBuffer({ size, usage: flags });
      made.push(buffer);
      bytes += size;
      onMade(size);
      return buffer;
    },
    bytes: () => bytes,
    destroy() {
      for (const buffer of made) buffer.destroy();
    },
  };
}
