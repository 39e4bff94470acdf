import { expect, test } from "vitest";
import type { Observation } from "../../bench/figures/cost-model.ts";
import { fitCosts, predict } from "../../bench/figures/cost-model.ts";

const counts = [
  { flops: 1e9, bytes: 3e8, dispatches: 200 },
  { flops: 2e9, bytes: 5e8, dispatches: 210 },
  { flops: 8e9, bytes: 9e8, dispatches: 220 },
  { flops: 9e9, bytes: 4e9, dispatches: 150 },
];
const took = (model: Parameters<typeof predict>[0]): Observation[] =>
  counts.map((each) => ({ ...each, ms: predict(model, each) }));

test("the constants that made the times are found", () => {
  const model = { flops: 2.5e-8, bytes: 1e-8, dispatches: 0.03 };
  const found = fitCosts(took(model));
  for (const term of ["flops", "bytes", "dispatches"] as const) expect(found[term] / model[term]).toBeCloseTo(1, 6);
});

test("no constant is negative, and what explains nothing is 0", () => {
  const seen = took({ flops: 2.5e-8, bytes: 0, dispatches: 0 }).map((each) => ({
    ...each,
    ms: each.ms - 0.01 * each.dispatches,
  }));
  const found = fitCosts(seen);
  for (const value of Object.values(found)) expect(value).toBeGreaterThanOrEqual(0);
  expect(found.dispatches).toBe(0);
  expect(found.flops).toBeGreaterThan(0);
});
