import type { Step } from "./step.ts";

/** A buffer of a plan that several values use in turn. */
export interface Slot {
  bytes: number;
  readonly occupants: string[];
}

/** A value that needs memory of the plan: alive from the step that writes it first to the last that reads it. */
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
 * Gives lives slots so that no two that overlap share one. A step's outputs get theirs before its inputs are given up, as
 * WebGPU binds no buffer for reading and writing at once. Best fit; where nothing fits, the largest free slot grows.
 */
export function planMemory(lives: readonly Life[], steps: readonly Step[]): MemoryPlan {
  const slots: Slot[] = [];
  const slotOf = new Map<string, number>();
  const free = new Set<number>();
  let live = 0;
  let liveBytes = 0;
  const starts = new Map<number, Life[]>();
  const ends = new Map<number, Life[]>();
  for (const life of lives) {
    starts.set(life.from, [...(starts.get(life.from) ?? []), life]);
    ends.set(life.to, [...(ends.get(life.to) ?? []), life]);
  }
  for (let step = 0; step <= steps.length; step++) {
    const arriving = [...(starts.get(step) ?? [])].sort((a, b) => b.bytes - a.bytes);
    for (const life of arriving) {
      const slot = chooseSlot(life.bytes, slots, free);
      free.delete(slot);
      slots[slot]!.bytes = Math.max(slots[slot]!.bytes, life.bytes);
      slots[slot]!.occupants.push(life.key);
      slotOf.set(life.key, slot);
      live += life.bytes;
    }
    liveBytes = Math.max(liveBytes, live);
    for (const life of ends.get(step) ?? []) {
      free.add(slotOf.get(life.key)!);
      live -= life.bytes;
    }
  }
  return { slots, slotOf, liveBytes };
}

function chooseSlot(bytes: number, slots: Slot[], free: ReadonlySet<number>): number {
  let fit = -1;
  let largest = -1;
  for (const slot of free) {
    const size = slots[slot]!.bytes;
    if (size >= bytes && (fit < 0 || size < slots[fit]!.bytes)) fit = slot;
    if (largest < 0 || size > slots[largest]!.bytes) largest = slot;
  }
  if (fit >= 0) return fit;
  if (largest >= 0) return largest;
  slots.push({ bytes, occupants: [] });
  return slots.length - 1;
}
