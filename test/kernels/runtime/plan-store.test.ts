import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Planned } from "../../../src/kernels/runtime/device-context.ts";
import type { PlanBuffers } from "../../../src/kernels/runtime/plan-buffers.ts";
import type { Loaded, PlanEntry, PlanStore } from "../../../src/kernels/runtime/plan-store.ts";
import { planStore } from "../../../src/kernels/runtime/plan-store.ts";

const mebibyte = 2 ** 20;

/** A plan that takes `mebibytes` on the device. */
const plan = (name: string, mebibytes: number): Planned => ({ name, mebibytes }) as never;

describe("a store of plans", () => {
  let store: PlanStore;
  /** Names of the plans whose memory is there, as the device sees it. */
  let present: Set<string>;
  let loads: string[];
  let failing: boolean;
  beforeEach(() => {
    present = new Set();
    loads = [];
    failing = false;
    const names = new WeakMap<PlanBuffers, string>();
    store = planStore(
      (onMade) => {
        let made = 0;
        const buffers: PlanBuffers = {
          make(bytes) {
            made += bytes;
            onMade(bytes);
            return undefined as never;
          },
          bytes: () => made,
          destroy: () => void present.delete(names.get(buffers) ?? ""),
        };
        return buffers;
      },
      async (planned, buffers) => {
        const { name, mebibytes } = planned as Planned & { mebibytes: number };
        loads.push(name);
        if (failing) throw new Error(`${name} does not compile`);
        names.set(buffers, name);
        buffers.make(mebibytes * mebibyte);
        present.add(name);
        return planned as Loaded;
      },
    );
  });
  afterEach(() => {
    store.destroy();
    expect([store.bytes(), [...present]]).toEqual([0, []]);
  });
  const entry = (name: string, mebibytes: number): PlanEntry => store.entry(plan(name, mebibytes), new Set());
  const call = (of: PlanEntry): Promise<string> => store.use(of, ({ name }) => name);

  it("loads a plan once, for calls at once too", async () => {
    const a = entry("a", 1);
    expect(await Promise.all([call(a), call(a), call(a)])).toEqual(["a", "a", "a"]);
    await call(a);
    expect(loads).toEqual(["a"]);
    expect(store.bytes()).toBe(mebibyte);
  });

  it("gives back what was used longest ago beyond 256 MiB, and loads it again", async () => {
    const entries = Array.from({ length: 8 }, (_, i) => entry(`${i}`, 50));
    for (const each of entries.slice(0, 5)) await call(each);
    await call(entries[0]!); // now 1 is the oldest
    for (const each of entries.slice(5)) await call(each);
    expect([...present].sort()).toEqual(["0", "4", "5", "6", "7"]);
    expect(store.bytes()).toBe(250 * mebibyte);
    await call(entries[1]!);
    expect(loads.filter((name) => name === "1")).toHaveLength(2);
    expect(present.has("4")).toBe(false);
  });

  it("keeps the four used last, whatever they take: programs that take turns do not evict each other", async () => {
    const entries = Array.from({ length: 6 }, (_, i) => entry(`${i}`, 1000));
    for (const each of entries) await call(each);
    for (let round = 0; round < 3; round++) for (const each of entries.slice(2)) await call(each);
    expect(loads).toHaveLength(6);
    expect(present.size).toBe(4);
  });

  it("never takes memory from a call under way", async () => {
    const pinned = entry("pinned", 300);
    let finish = (): void => undefined;
    const running = store.use(pinned, async () => {
      await new Promise<void>((done) => {
        finish = done;
      });
      return present.has("pinned");
    });
    for (let i = 0; i < 20; i++) await call(entry(`${i}`, 100));
    expect(present.has("pinned")).toBe(true);
    store.retire([pinned.current!.memory]);
    expect(present.has("pinned")).toBe(true);
    finish();
    expect(await running).toBe(true);
    expect(present.has("pinned")).toBe(false); // retired, and its last call ended
  });

  it("forgets a plan that failed to load, so that the next call tries again", async () => {
    const a = entry("a", 1);
    failing = true;
    await expect(Promise.all([call(a), call(a)])).rejects.toThrow("does not compile");
    expect(store.bytes()).toBe(0);
    failing = false;
    expect(await call(a)).toBe("a");
    expect(loads).toEqual(["a", "a"]);
  });

  it("ends a pin when the call throws", async () => {
    const a = entry("a", 1);
    await expect(
      store.use(a, () => {
        throw new Error("mine");
      }),
    ).rejects.toThrow("mine");
    store.retire([a.current!.memory]);
    expect(present.size).toBe(0);
  });
});
