import type { PhaseCost } from "./lab-state.ts";

/** Work of a program's call, or of several. */
export type Work = Omit<PhaseCost, "seconds">;

/** Counts what something costs from here on. */
export interface CostMeter {
  add(work: Work): void;
  now(): PhaseCost;
}

export const noCost: PhaseCost = { seconds: 0, images: 0, flops: 0 };

/** @param before - what it cost before it was interrupted. */
export function costMeter(before: PhaseCost): CostMeter {
  const start = performance.now();
  let { images, flops } = before;
  return {
    add(work) {
      images += work.images;
      flops += work.flops;
    },
    now: () => ({ seconds: before.seconds + (performance.now() - start) / 1000, images, flops }),
  };
}

/** What several stretches cost together. */
export function totalCost(costs: readonly PhaseCost[]): PhaseCost {
  return costs.reduce(
    (sum, { seconds, images, flops }) => ({
      seconds: sum.seconds + seconds,
      images: sum.images + images,
      flops: sum.flops + flops,
    }),
    noCost,
  );
}
