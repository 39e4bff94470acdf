import { alignOffset } from "../adapter/alignment.ts";

/** A value that needs memory of the plan, and when: from the step that first writes it to the last step that reads it, both included. */
export interface Lifetime {
  readonly key: string;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
  /** The steps that bind it; true where one writes it. */
  readonly bound: ReadonlyMap<number, boolean>;
}

/** Where a value lies between those steps. */
interface Place {
  /** Number of its slot. */
  readonly slot: number;
  /** Bytes from the slot's start. */
  readonly offset: number;
}

/** A buffer of a plan. Several values use it in turn, or side by side where no step writes one and binds another. */
interface Slot {
  readonly bytes: number;
  readonly values: readonly (Lifetime & Place)[];
}

export interface MemoryPlan {
  readonly slots: readonly Slot[];
  readonly placeOf: ReadonlyMap<string, Place>;
  /** Largest sum of bytes alive at one step. */
  readonly liveBytes: number;
}

/**
 * Gives each lifetime a range of a slot. The largest comes first, and each goes into the smallest slot where it fits, so slots never
 * grow. Lifetimes that overlap get separate ranges. Where one step binds two values and writes one, they get separate slots: WebGPU
 * does not bind a buffer for reading and for writing in one dispatch, whatever the ranges.
 *
 * @see Pisarchyk & Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020, greedy by size
 */
export function planMemory(lifetimes: readonly Lifetime[]): MemoryPlan {
  const slots: { bytes: number; values: (Lifetime & Place)[] }[] = [];
  const placeOf = new Map<string, Place>();
  for (const lifetime of [...lifetimes].sort((a, b) => b.bytes - a.bytes || a.from - b.from)) {
    let slot = slots.length - 1;
    let offset = -1;
    for (; slot >= 0 && offset < 0; slot--) offset = firstFit(slots[slot]!, lifetime);
    const place = offset < 0 ? { slot: slots.length, offset: 0 } : { slot: slot + 1, offset };
    if (offset < 0) slots.push({ bytes: lifetime.bytes, values: [] });
    slots[place.slot]!.values.push({ ...lifetime, ...place });
    placeOf.set(lifetime.key, place);
  }
  return { slots, placeOf, liveBytes: largestLiveSet(lifetimes) };
}

/** The first offset where a lifetime fits between those that it meets in a slot; −1 where none is. */
function firstFit({ bytes, values }: Slot, lifetime: Lifetime): number {
  const met = values.filter((other) => other.from <= lifetime.to && lifetime.from <= other.to);
  if (met.some((other) => clash(lifetime, other))) return -1;
  let offset = 0;
  for (const other of met.sort((a, b) => a.offset - b.offset)) {
    if (offset + lifetime.bytes <= other.offset) break;
    offset = Math.max(offset, alignOffset(other.offset + other.bytes));
  }
  return offset + lifetime.bytes <= bytes ? offset : -1;
}

/** True if a step binds both and writes one. */
function clash(a: Lifetime, b: Lifetime): boolean {
  return [...a.bound].some(([step, writes]) => {
    const other = b.bound.get(step);
    return other !== undefined && (writes || other);
  });
}

function largestLiveSet(lifetimes: readonly Lifetime[]): number {
  const change = new Map<number, number>();
  for (const { from, to, bytes } of lifetimes) {
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
