import { describe, expect, test } from "vitest";
import type { Schedule } from "../../src/nn/schedule.ts";
import { learningRate } from "../../src/nn/schedule.ts";

const rates = (schedule: Schedule, epochs: readonly number[]): number[] =>
  epochs.map((epoch) => learningRate(schedule, epoch));

describe("learningRate", () => {
  test("constant", () => {
    expect(rates({ kind: "constant", lr: 0.1 }, [0, 7, 1000])).toEqual([0.1, 0.1, 0.1]);
  });

  test("step: falls every 20 epochs", () => {
    const schedule: Schedule = { kind: "step", lr: 0.5, every: 20, factor: 0.5 };
    expect(rates(schedule, [0, 19, 19.99, 20, 39, 40])).toEqual([0.5, 0.5, 0.5, 0.25, 0.25, 0.125]);
  });

  test("multiStep: falls at each milestone, in any order", () => {
    const schedule: Schedule = { kind: "multiStep", lr: 1, milestones: [70, 20], factor: 0.25 };
    expect(rates(schedule, [0, 19, 20, 69, 70, 100])).toEqual([1, 1, 0.25, 0.25, 0.0625, 0.0625]);
  });

  test("cosine: half a period, then the floor", () => {
    const schedule: Schedule = { kind: "cosine", lr: 0.1, epochs: 100, floor: 0.02 };
    const [start, third, half, end, after] = rates(schedule, [0, 100 / 3, 50, 100, 120]);
    expect(start).toBeCloseTo(0.1, 15);
    expect(third).toBeCloseTo(0.02 + 0.08 * 0.75, 15); // (1 + cos 60°)/2 = 3/4
    expect(half).toBeCloseTo(0.06, 15);
    expect(end).toBeCloseTo(0.02, 15);
    expect(after).toBe(end);
  });
});
