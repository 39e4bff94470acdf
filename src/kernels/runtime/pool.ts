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
  /** Bytes with a user. */
  usedBytes(): number;
  /** Bytes that wait for one. */
  freeBytes(): number;
  destroy(): void;
}

const leastKept = 64 * 2 ** 20;

/** Sizes in steps of an eighth of a power of two, so that at most an eighth is wasted. */
export function sizeClass(bytes: number): number {
  const needed = Math.max(256, bytes);
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(needed)) - 3));
  return Math.ceil(needed / step) * step;
}

/** An empty pool. It keeps free buffers up to 64 MiB, or up to the bytes in use if those are more; the longest free are destroyed. */
export function bufferPool(device: GPUDevice): BufferPool {
  const inUse = new Set<PooledBuffer>();
  const free = new Set<PooledBuffer>(); // longest free first
  const bySize = new Map<number, PooledBuffer[]>(); // the same
  let used = 0;
  let kept = 0;
  let next = 0;
  const make = (size: number): PooledBuffer => ({
    buffer: device.createBuffer({ size, usage: usage.storage | usage.copySource | usage.copyTarget }),
    bytes: size,
    id: next++,
    users: 0,
  });
  const trim = (): void => {
    for (const pooled of free) {
      if (kept <= Math.max(leastKept, used)) return;
      free.delete(pooled);
      bySize.get(pooled.bytes)!.shift();
      kept -= pooled.bytes;
      pooled.buffer.destroy(); // submitted work keeps it
    }
  };
  return {
    take(bytes) {
      const size = sizeClass(bytes);
      const known = bySize.get(size)?.pop();
      const pooled = known ?? make(size);
      if (known !== undefined) {
        free.delete(known);
        kept -= size;
      }
      inUse.add(pooled);
      pooled.users = 1;
      used += size;
      return pooled;
    },
    release(pooled) {
      pooled.users--;
      if (pooled.users > 0 || !inUse.delete(pooled)) return;
      const { bytes } = pooled;
      const list = bySize.get(bytes) ?? [];
      list.push(pooled);
      bySize.set(bytes, list);
      free.add(pooled);
      used -= bytes;
      kept += bytes;
      trim();
    },
    usedBytes: () => used,
    freeBytes: () => kept,
    destroy() {
      for (const { buffer } of [...inUse, ...free]) buffer.destroy();
      inUse.clear();
      free.clear();
      bySize.clear();
      used = 0;
      kept = 0;
    },
  };
}
