/** A value that needs memory of the plan: alive from the step that writes it first to the last that reads it, both included. */
export interface Life {
  readonly key: string;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
  /** The steps that bind it; true where one writes it. */
  readonly bound: ReadonlyMap<number, boolean>;
}

/** Where a value lies while it lives. */
export interface Place {
  /** Number of its slot. */
  readonly slot: number;
  /** Bytes from the slot's start. */
  readonly offset: number;
}

/** A buffer of a plan that several values use in turn, and beside each other where no step minds. */
export interface Slot {
  readonly bytes: number;
  readonly tenants: readonly (Life & Place)[];
}

export interface MemoryPlan {
  readonly slots: readonly Slot[];
  readonly placeOf: ReadonlyMap<string, Place>;
  /** Largest sum of bytes alive at one step. */
  readonly liveBytes: number;
}

const alignment = 256; // WebGPU's default minStorageBufferOffsetAlignment

/**
 * Gives lives ranges of slots. Largest first, each into the smallest slot with room, so slots never grow. Values that live at
 * one time get ranges apart, and slots apart where one step binds both and writes one: WebGPU binds no buffer for reading and
 * for writing at once, whatever the ranges.
 *
 * @see Pisarchyk & Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020, greedy by size
 */
export function planMemory(lives: readonly Life[]): MemoryPlan {
  const slots: { bytes: number; tenants: (Life & Place)[] }[] = [];
  const placeOf = new Map<string, Place>();
  for (const life of [...lives].sort((a, b) => b.bytes - a.bytes || a.from - b.from)) {
    let slot = slots.length - 1;
    let offset = -1;
    for (; slot >= 0 && offset < 0; slot--) offset = roomIn(slots[slot]!, life);
    const place = offset < 0 ? { slot: slots.length, offset: 0 } : { slot: slot + 1, offset };
    if (offset < 0) slots.push({ bytes: life.bytes, tenants: [] });
    slots[place.slot]!.tenants.push({ ...life, ...place });
    placeOf.set(life.key, place);
  }
  return { slots, placeOf, liveBytes: largestLiveSet(lives) };
}

/** The first offset where a life fits between those that it meets in a slot; −1 where none is. */
function roomIn({ bytes, tenants }: Slot, life: Life): number {
  const met = tenants.filter((other) => other.from <= life.to && life.from <= other.to);
  if (met.some((other) => clash(life, other))) return -1;
  let offset = 0;
  for (const other of met.sort((a, b) => a.offset - b.offset)) {
    if (offset + life.bytes <= other.offset) break;
    offset = Math.max(offset, Math.ceil((other.offset + other.bytes) / alignment) * alignment);
  }
  return offset + life.bytes <= bytes ? offset : -1;
}

/** True if a step binds both and writes one. */
function clash(a: Life, b: Life): boolean {
  return [...a.bound].some(([step, writes]) => {
    const other = b.bound.get(step);
    return other !== undefined && (writes || other);
  });
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
