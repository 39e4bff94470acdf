import type { Planned } from "./device-context.ts";
import type { Executable } from "./executable.ts";
import type { HostInputs } from "./host-inputs.ts";
import type { PlanBuffers } from "./plan-buffers.ts";

const mostIdleBytes = 256 * 2 ** 20;
const alwaysKept = 4; // plans that were used last: programs that take turns must not evict each other

/** A plan with its memory on the device: ready to be called. */
export interface Loaded extends Planned {
  readonly executable: Executable;
  readonly hostInputs: HostInputs;
}

/** The memory of one plan. It leads to the plan by a weak reference alone: plans lead back to their program by their call sites. */
export interface PlanMemory {
  readonly buffers: PlanBuffers;
  readonly entry: WeakRef<PlanEntry>;
  /** Calls under way; while there are any the memory stays. */
  pins: number;
  /** Nobody will call the plan again. */
  retired: boolean;
}

/** A plan, and its memory while it has any. */
export interface PlanEntry {
  readonly planned: Planned;
  /** The memories of all plans of one owner. */
  readonly siblings: Set<PlanMemory>;
  current: { readonly memory: PlanMemory; readonly loaded: Promise<Loaded> } | undefined;
}

/** The memory of a device's plans: pinned while in use, else the least recently used goes beyond a bound. */
export interface PlanStore {
  /** A plan without memory yet. @param siblings - where its memory is listed, for {@link PlanStore.retire}. */
  entry(planned: Planned, siblings: Set<PlanMemory>): PlanEntry;
  /** Runs a call with the plan in memory, which stays until `run` is done. */
  use<T>(entry: PlanEntry, run: (loaded: Loaded) => T | Promise<T>): Promise<T>;
  /** Gives memory back, once no call uses it any more. */
  retire(memories: Iterable<PlanMemory>): void;
  bytes(): number;
  destroy(): void;
}

/**
 * @param allocate - creates the buffers of a plan, which tell of every one that they make.
 * @param load - fills it: buffers, pipelines, bind groups.
 */
export function planStore(
  allocate: (onMade: (bytes: number) => void) => PlanBuffers,
  load: (planned: Planned, buffers: PlanBuffers) => Promise<Loaded>,
): PlanStore {
  const memories = new Set<PlanMemory>(); // least recently used first
  let total = 0; // bytes of all of them, kept as they grow and go: it is asked for after every call
  const drop = (memory: PlanMemory): void => {
    if (!memories.delete(memory)) return;
    total -= memory.buffers.bytes();
    memory.buffers.destroy();
    const entry = memory.entry.deref();
    entry?.siblings.delete(memory);
    if (entry?.current?.memory === memory) entry.current = undefined;
  };
  const evict = (): void => {
    let evictable = memories.size - alwaysKept;
    if (evictable <= 0) return;
    for (const memory of memories) {
      if (evictable-- <= 0 || total <= mostIdleBytes) return;
      if (memory.pins > 0) continue;
      drop(memory);
    }
  };
  const begin = (entry: PlanEntry): NonNullable<PlanEntry["current"]> => {
    const buffers = allocate((bytes) => {
      if (memories.has(memory)) total += bytes;
    });
    const memory: PlanMemory = { buffers, entry: new WeakRef(entry), pins: 0, retired: false };
    memories.add(memory);
    entry.siblings.add(memory);
    const loaded = load(entry.planned, memory.buffers);
    loaded.catch(() => drop(memory)); // another call tries again
    return { memory, loaded };
  };
  return {
    entry: (planned, siblings) => ({ planned, siblings, current: undefined }),
    async use(entry, run) {
      entry.current ??= begin(entry);
      const { memory, loaded } = entry.current;
      memories.delete(memory);
      memories.add(memory);
      memory.pins++;
      try {
        return await run(await loaded);
      } finally {
        memory.pins--;
        if (memory.pins === 0 && memory.retired) drop(memory);
        evict();
      }
    },
    retire(retired) {
      for (const memory of [...retired]) {
        memory.retired = true;
        if (memory.pins === 0) drop(memory);
      }
    },
    bytes: () => total,
    destroy() {
      for (const memory of [...memories]) drop(memory);
    },
  };
}
