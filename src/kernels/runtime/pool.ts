import { usage } from "./gpu.ts";

/** A device buffer that tensors share: it goes back to the pool with its last tensor. */
export interface PooledBuffer {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  /** A number of its own, for bind-group keys. */
  readonly id: number;
  users: number;
}

/** Buffers in size classes, reused across calls. */
export interface BufferPool {
  /** A buffer of at least `bytes`, with one user. Its content is arbitrary. */
  take(bytes: number): PooledBuffer;
  /** One user less; the last one gives it back. Submitted work may still use it: the queue runs in order. */
  release(pooled: PooledBuffer): void;
  /** Bytes in use. */
  bytes(): number;
  destroy(): void;
}

/** Sizes in steps of an eighth of a power of two, so that at most an eighth is wasted. */
export function sizeClass(bytes: number): number {
  const needed = Math.max(256, bytes);
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(needed)) - 3));
  return Math.ceil(needed / step) * step;
}

export function bufferPool(device: GPUDevice): BufferPool {
  const free = new Map<number, PooledBuffer[]>();
  const all = new Set<PooledBuffer>();
  let next = 0;
  let used = 0;
  return {
    take(bytes) {
      const size = sizeClass(bytes);
      const pooled = free.get(size)?.pop() ?? {
        buffer: device.createBuffer({ size, usage: usage.storage | usage.copySource | usage.copyTarget }),
        bytes: size,
        id: next++,
        users: 0,
      };
      all.add(pooled);
      pooled.users = 1;
      used += size;
      return pooled;
    },
    release(pooled) {
      pooled.users--;
      if (pooled.users > 0) return;
      used -= pooled.bytes;
      const list = free.get(pooled.bytes) ?? [];
      list.push(pooled);
      free.set(pooled.bytes, list);
    },
    bytes: () => used,
    destroy() {
      for (const { buffer } of all) buffer.destroy();
      all.clear();
      free.clear();
    },
  };
}
