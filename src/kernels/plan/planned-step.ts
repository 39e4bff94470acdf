import type { Step } from "../codegen/step.ts";
import type { BoundBuffer, BoundRef, BufferRef, PlanLoop } from "../graph/buffer-ref.ts";
import { isMoving, mapBases } from "../graph/buffer-ref.ts";

interface PlannedBuffer {
  readonly ref: BoundRef;
  readonly access: BoundBuffer["access"];
  /** Bound with an offset that moves with the step of a loop. */
  readonly moves: boolean;
}

/** One dispatch of a plan, which runs once for each step of the loops around it. */
export interface PlannedStep extends Omit<Step, "buffers"> {
  readonly buffers: readonly PlannedBuffer[];
  /** The outermost first. */
  readonly loops: readonly PlanLoop[];
  /** It runs at every so many steps of the innermost loop. */
  readonly every: number;
}

export function plannedStep(step: Step): PlannedStep {
  return { ...step, buffers: step.buffers.map((buffer) => ({ ...buffer, moves: false })), loops: [], every: 1 };
}

/** Steps that bind other buffers. */
export function withBases(steps: readonly PlannedStep[], f: (base: BufferRef) => BoundRef): PlannedStep[] {
  return steps.map((step) => ({
    ...step,
    buffers: step.buffers.map((buffer) => ({ ...buffer, ref: mapBases(buffer.ref, f) })),
  }));
}

/** Marks what moves, as many buffers a step as the adapter allows; each place of others gets a bind group of its own. */
export function markMoves(step: PlannedStep, most: number): PlannedStep {
  let count = 0;
  return {
    ...step,
    buffers: step.buffers.map((buffer) => ({ ...buffer, moves: isMoving(buffer.ref) && count++ < most })),
  };
}

/**
 * Runs over a plan's dispatches as a call does, the steps of loops one after another.
 *
 * @param visit - gets a step's number, and the step of each loop around it. The array is the walk's own.
 */
export function walkSteps(
  steps: readonly PlannedStep[],
  visit: (at: number, counters: readonly number[]) => void,
): void {
  const counters: number[] = [];
  const run = (from: number, to: number): void => {
    const depth = counters.length;
    for (let at = from; at < to; ) {
      const { loops, every } = steps[at]!;
      const loop = loops[depth];
      if (loop === undefined) {
        if (depth === 0 || counters[depth - 1]! % every === 0) visit(at, counters);
        at++;
        continue;
      }
      let end = at + 1;
      while (end < to && steps[end]!.loops[depth] === loop) end++;
      for (let step = 0; step < loop.length; step++) {
        counters[depth] = step;
        run(at, end);
      }
      counters.length = depth;
      at = end;
    }
  };
  run(0, steps.length);
}
