import fc from "fast-check";
import { expect, it } from "vitest";
import type { PooledBuffer } from "../../../src/kernels/runtime/pool.ts";
import { bufferPool, sizeClass } from "../../../src/kernels/runtime/pool.ts";

const mebibyte = 2 ** 20;

/** A device that only counts the bytes of its buffers. */
function countingBuffers(): { device: GPUDevice; live: () => number } {
  let live = 0;
  const device = {
    createBuffer({ size }: { size: number }) {
      live += size;
      let destroyed = false;
      return {
        destroy() {
          if (!destroyed) live -= size;
          destroyed = true;
        },
      };
    },
  };
  return { device: device as never, live: () => live };
}

it("a free buffer is used again for its size class", () => {
  const pool = bufferPool(countingBuffers().device);
  const a = pool.take(1000);
  pool.release(a);
  expect(pool.take(900)).toBe(a);
  expect(pool.take(900)).not.toBe(a);
});

it("freed buffers of many sizes are given back beyond 64 MiB, the longest free first", () => {
  const { device, live } = countingBuffers();
  const pool = bufferPool(device);
  const taken = Array.from({ length: 12 }, (_, k) => pool.take(24e6 * 1.13 ** k));
  for (const each of taken) pool.release(each);
  expect(pool.usedBytes()).toBe(0);
  expect(pool.freeBytes()).toBeLessThanOrEqual(64 * mebibyte);
  expect(live()).toBe(pool.freeBytes());
});

it("a loop that frees as much as it takes makes no new buffers, however large", () => {
  const { device, live } = countingBuffers();
  const pool = bufferPool(device);
  const state = pool.take(500e6);
  let held = pool.take(400e6);
  const before = live();
  for (let k = 0; k < 10; k++) {
    const next = pool.take(400e6);
    pool.release(held);
    held = next;
  }
  expect(live()).toBe(before + sizeClass(400e6));
  pool.release(state);
});

it("whatever is taken and released: the accounting is the device's, free bytes stay within their bound, no buffer is given twice", () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 2 ** 26 }), fc.constantFrom("release", "share")), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat()), (commands, picks) => {
      const { device, live } = countingBuffers();
      const pool = bufferPool(device);
      const held: PooledBuffer[] = []; // once for each user
      for (const command of commands) {
        const pick = held.length === 0 ? 0 : picks.next().value! % held.length;
        if (typeof command === "number") {
          const taken = pool.take(command);
          expect(held).not.toContain(taken);
          expect(taken.bytes).toBeGreaterThanOrEqual(command);
          held.push(taken);
        } else if (held.length > 0 && command === "share") {
          held[pick]!.users++;
          held.push(held[pick]!);
        } else if (held.length > 0) pool.release(held.splice(pick, 1)[0]!);
        const used = [...new Set(held)].reduce((total, { bytes }) => total + bytes, 0);
        expect(pool.usedBytes()).toBe(used);
        expect(live()).toBe(used + pool.freeBytes());
        expect(pool.freeBytes()).toBeLessThanOrEqual(Math.max(64 * mebibyte, used));
      }
      pool.destroy();
      expect([live(), pool.usedBytes(), pool.freeBytes()]).toEqual([0, 0, 0]);
    }),
    { numRuns: 200 },
  );
});
