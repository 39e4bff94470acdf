/** A buffer of a plan that several values use in turn. */
export interface Slot {
  readonly bytes: number;
  readonly tenants: readonly Life[];
}

/** A value that needs memory of the plan: alive from the step that writes it first to the last that reads it, both included. */
export interface Life {
  readonly key: string;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

export interface MemoryPlan {
  readonly slots: readonly Slot[];
  readonly slotOf: ReadonlyMap<string, number>;
  /** Largest sum of bytes alive at one step. */
  readonly liveBytes: number;
}

/**
 * Gives lives slots so that no two that meet in a step share one: WebGPU binds no buffer for reading and writing at once.
 * Largest first, each into the free slot that it fills best, so slots never grow.
 *
 * @see Pisarchyk & Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020, greedy by size
 */
export function planMemory(lives: readonly Life[]): MemoryPlan {
  const slots: { bytes: number; tenants: Life[] }[] = [];
  const slotOf = new Map<string, number>();
  for (const life of [...lives].sort((a, b) => b.bytes - a.bytes || a.from - b.from)) {
    // every slot is at least as large as this life: the last one that is free wastes least
    const isFree = (slot: Slot): boolean => slot.tenants.every((other) => other.to < life.from || life.to < other.from);
    let chosen = slots.findLastIndex(isFree);
    if (chosen < 0) chosen = slots.push({ bytes: life.bytes, tenants: [] }) - 1;
    slots[chosen]!.tenants.push(life);
    slotOf.set(life.key, chosen);
  }
  return {
    slots,
    slotOf,
    liveBytes: largestLiveSet(lives),
  };
}

function largestLiveSet(lives: readonly Life[]): number {
  const change = new Map<number, number>();
  for (const { from, to, bytes } of lives) {
    change.set(from, (change.get(from) ?? 0) + bytes);
    change.set(to + 1, (change.get(to + 1) ?? 0) - bytes);
  }
  let live = 0;
  let largest = 0;
  for (const step of [...change.keys()].sort((a, b) => a - b)) {
    live += change.get(step)!;
    largest = Math.max(largest, live);
  }
  return largest;
}
