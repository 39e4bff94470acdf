import type { AdapterFacts } from "./facts.ts";

/** [x, y, 1] with x·y ≥ count, both within the limit. The kernel computes `workgroup_id.y * num_workgroups.x + workgroup_id.x` and guards the end. */
export function foldWorkgroups(count: number, adapter: AdapterFacts): [number, number, number] {
  const limit = adapter.limits.maxComputeWorkgroupsPerDimension;
  if (count <= limit) return [Math.max(1, count), 1, 1];
  const rows = Math.ceil(count / limit);
  return [Math.ceil(count / rows), rows, 1];
}
