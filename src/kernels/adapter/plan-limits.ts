import type { AdapterFacts } from "./facts.ts";

/** Limits that a plan must keep. */
export interface PlanLimits {
  readonly adapter: AdapterFacts;
  readonly maxBindings: number;
  readonly maxBindingBytes: number;
}
