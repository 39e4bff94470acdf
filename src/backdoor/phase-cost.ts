import type { PhaseCost } from "./lab-state.ts";

/** Counts what a phase costs from here on. */
export interface CostMeter {
  addImages(count: number): void;
  now(): PhaseCost;
}

export const noCost: PhaseCost = { seconds: 0, images: 0 };

/** @param before - what the phase cost before it was interrupted. */
export function costMeter(before: PhaseCost): CostMeter {
  const start = performance.now();
  let { images } = before;
  return {
    addImages(count) {
      images += count;
    },
    now: () => ({ seconds: before.seconds + (performance.now() - start) / 1000, images }),
  };
}
