import type { Tuned } from "./tuning.ts";

/** What variant rules may know of the adapter. */
export interface AdapterFacts {
  readonly adapterClass: "software" | "integrated" | "discrete";
  /** Lanes of a subgroup when every subgroup has the same number; null without the feature. */
  readonly subgroupSize: number | null;
  /** What was measured on it, before any rule. */
  readonly tuned?: Tuned;
  readonly limits: {
    readonly maxComputeWorkgroupsPerDimension: number;
    readonly maxComputeInvocationsPerWorkgroup: number;
    readonly maxComputeWorkgroupStorageSize: number;
  };
}
