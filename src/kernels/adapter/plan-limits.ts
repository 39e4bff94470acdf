import type { AdapterFacts } from "./facts.ts";

/** Limits that a plan must keep. */
export interface PlanLimits {
  readonly adapter: AdapterFacts;
  readonly maxBindings: number;
  /** Buffers whose place may move between the steps of a loop, per dispatch. */
  readonly maxMoving: number;
  readonly maxBindingBytes: number;
}
