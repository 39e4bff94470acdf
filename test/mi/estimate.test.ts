import { describe, expect, it } from "vitest";
import { adviceOf } from "../../src/mi/estimate/advice.ts";
import { intervalOf } from "../../src/mi/estimate/interval.ts";
import { scaledTensor, scalesOf } from "../../src/mi/estimate/scaling.ts";
import { sampledSource, storedSource } from "../../src/mi/estimate/source.ts";
import { hasSettled } from "../../src/mi/estimate/stopping.ts";
import { makePoints } from "../../src/mi/float64/points.ts";
import { randomStream } from "../../src/mi/float64/random-stream.ts";
import type { Points, Sampler } from "../../src/mi/index.ts";
import {
  bilinear,
  concatenated,
  differenceOfEntropies,
  estimate,
  infoNCE,
  mine,
  normalConditional,
  nwj,
  smile,
  taskNamed,
  tuba,
} from "../../src/mi/index.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { gaussianPairs } from "./gaussian-pairs.ts";

const task = taskNamed("1v1-normal-0.75");
const small = concatenated({ hidden: [12] });
const short = { steps: 120, batch: 48, heldOut: 96, batches: 6, lr: 0.02 };

describe("estimate", () => {
  it.each([infoNCE, smile, nwj])("$name reaches a known truth within 0.12", async (estimator) => {
    const result = await estimate(estimator, small, task, short);
    expect(Math.abs(result.value - task.truth)).toBeLessThan(0.12);
    expect(result.low).toBeLessThan(result.value);
    expect(result.high).toBeGreaterThan(result.value);
    expect(result.batches.length).toBe(6);
    expect(result.value).toBeCloseTo(result.batches.reduce((a, b) => a + b) / 6, 9);
    expect([result.history.length, result.stopped]).toEqual([120, "steps"]);
  });

  it("trains states and companions: MINE, TUBA, DoE", async () => {
    const trained = { ...short, steps: 100 };
    expect(Math.abs((await estimate(mine, small, task, trained)).value - task.truth)).toBeLessThan(0.15);
    expect(Math.abs((await estimate(tuba, small, task, trained)).value - task.truth)).toBeLessThan(0.15);
    const doe = await estimate(differenceOfEntropies, normalConditional({ hidden: [12] }), task, trained);
    expect(Math.abs(doe.value - task.truth)).toBeLessThan(0.15);
  });

  it("takes stored samples as tensors and points, and is the same for the same seed", async () => {
    const { x, y } = gaussianPairs(400, 1, 0.9, 3);
    const options = { ...short, steps: 60 };
    const first = await estimate(infoNCE, small, { x, y }, options);
    const column = (p: Points): ReturnType<typeof tensor> =>
      tensor(Float32Array.from(p.values), { shape: [400, 1] }) as never;
    const again = await estimate(infoNCE, small, { x: column(x), y: column(y) } as never, options);
    expect(again.value).toBeCloseTo(first.value, 3);
    expect(first.pairs).toEqual({ training: 48, heldOut: 96 }); // 200 held out, in two batches
    expect((await estimate(infoNCE, small, { x, y }, options)).value).toBe(first.value);
    expect((await estimate(infoNCE, small, { x, y }, { ...options, seed: 1 })).value).not.toBe(first.value);
  });

  it("does not see units", async () => {
    const { x, y } = gaussianPairs(300, 1, 0.8, 4);
    const options = { ...short, steps: 30 };
    const metres = makePoints(300, 1, (i) => 1024 * x.values[i]! + 65536);
    const [a, b] = [
      await estimate(infoNCE, small, { x, y }, options),
      await estimate(infoNCE, small, { x: metres, y }, options),
    ];
    expect(b.value).toBeCloseTo(a.value, 3);
  });

  it("stops when the training objective has settled, and says so", async () => {
    const apart: Sampler = {
      features: { x: 1, y: 1 },
      sample: (count, seed) => gaussianPairs(count, 1, 0, seed % 2 ** 40),
    };
    const result = await estimate(infoNCE, bilinear(), apart, { ...short, steps: 400, patience: 25 });
    expect(result.stopped).toBe("settled");
    expect(result.history.length).toBeLessThan(400);
    expect(Math.abs(result.value)).toBeLessThan(0.05);
    expect(result.advice.join()).toContain("the interval holds 0");
  });

  it("refuses what cannot be", async () => {
    const { x, y } = gaussianPairs(40, 1, 0.5, 1);
    await expect(estimate(infoNCE, small, { x, y: gaussianPairs(39, 1, 0.5, 1).y })).rejects.toThrow(
      "40 points x and 39 points y",
    );
    await expect(estimate(infoNCE, small, {} as never)).rejects.toThrow("the samples are neither drawn nor stored");
    await expect(estimate(smile, small, task, { options: { clips: 3 } })).rejects.toThrow(
      "there is no option smile.clips",
    );
    await expect(estimate(infoNCE, {} as never, { x, y })).rejects.toThrow("estimate: critic is");
    await expect(estimate(infoNCE, small, { x, y }, { steps: -1 })).rejects.toThrow("steps is -1");
  });

  it("says when training diverges", async () => {
    await expect(estimate(nwj, small, task, { ...short, lr: 1e6, steps: 50 })).rejects.toThrow(
      /estimate: nwj is \S+ at step \d+/,
    );
  });

  it("returns what was learnt, on the device that it was given", async () => {
    const device = referenceDevice();
    const { params } = await estimate(infoNCE, bilinear(), task, { ...short, steps: 60, device });
    expect(Object.keys(params).sort()).toEqual(["companion", "critic"]);
    device.close();
  });
});

describe("sources", () => {
  it("train and estimate on pairs of which none is in both", () => {
    const { x, y } = gaussianPairs(101, 2, 0.5, 9);
    const source = storedSource({ x, y }, 5);
    const rows = ({ values, features, count }: Points): string[] =>
      Array.from({ length: count }, (_, i) => values.slice(i * features, (i + 1) * features).join());
    const trained = new Set([0, 1, 2, 3, 4, 5, 6, 7].flatMap((step) => rows(source.training(step, 40).x)));
    const held = source.heldOut(4, 16).flatMap((pairs) => rows(pairs.x));
    expect(trained.size).toBe(50);
    expect(new Set(held).size).toBe(held.length);
    expect(held.filter((row) => trained.has(row))).toEqual([]);
    expect(held.length).toBe(48); // of 51
    // pairs stay together
    const whole = new Map(rows(x).map((row, i) => [row, rows(y)[i]!]));
    for (const pairs of source.heldOut(4, 16))
      rows(pairs.x).forEach((row, i) => expect(rows(pairs.y)[i]).toBe(whole.get(row)));
  });
  it("draw fresh pairs per step, others to estimate on", () => {
    const source = sampledSource(task, 3);
    const batches = [source.first, source.training(0, 8), source.training(1, 8), ...source.heldOut(2, 8)];
    expect(new Set(batches.map(({ x }) => x.values[0])).size).toBe(batches.length);
    expect(source.training(1, 8)).toEqual(sampledSource(task, 3).training(1, 8));
  });
});

describe("scaling", () => {
  it("brings median and quartiles to those of a standard normal, heavy tails too", () => {
    const stream = randomStream(2);
    const points = makePoints(2000, 2, (_, k) =>
      k === 0 ? 50 + 10 * stream.normal() : stream.normal() / stream.normal(),
    );
    const scaled = scaledTensor(points, scalesOf(points));
    expect(scaled.shape).toEqual([2000, 2]);
    const [normal] = scalesOf(points);
    expect(Math.abs(normal!.middle - 50)).toBeLessThan(1);
    expect(Math.abs(normal!.spread - 10)).toBeLessThan(1);
  });
  it("leaves a constant feature alone, and takes one of two values", () => {
    expect(scalesOf(makePoints(10, 1, () => 3))).toEqual([{ middle: 3, spread: 1 }]);
    expect(scalesOf(makePoints(10, 1, (i) => (i === 0 ? 4 : 0)))).toEqual([{ middle: 0, spread: 2 }]);
  });
});

describe("interval", () => {
  it("is Student's, of the mean", () => {
    const { mean, low, high, error } = intervalOf([1, 2, 3]);
    expect(mean).toBe(2);
    expect(error).toBeCloseTo(1 / Math.sqrt(3), 12);
    expect(high - mean).toBeCloseTo(4.303 / Math.sqrt(3), 9);
    expect(mean - low).toBeCloseTo(high - mean, 12);
  });
  it("holds the expectation in about 95 of 100 repetitions", () => {
    const stream = randomStream(8);
    const held = Array.from({ length: 2000 }, () =>
      intervalOf(Array.from({ length: 6 }, () => stream.normal())),
    ).filter(({ low, high }) => low < 0 && high > 0).length;
    expect(Math.abs(held / 2000 - 0.95)).toBeLessThan(0.02);
  });
});

describe("stopping", () => {
  it("goes on while the objective rises above its noise, by the training objective alone", () => {
    const stream = randomStream(1);
    const rising = Array.from({ length: 200 }, (_, i) => i / 50 + 0.1 * stream.normal());
    const flat = Array.from({ length: 200 }, () => 1 + 0.1 * stream.normal());
    expect(hasSettled(rising, 40)).toBe(false);
    expect(hasSettled([...rising, ...flat.map((v) => v + 3)], 40)).toBe(true);
    expect(hasSettled(rising.slice(0, 60), 40)).toBe(false); // one stretch is none to compare with
  });
});

describe("advice", () => {
  const moved = Array.from({ length: 100 }, (_, i) => i / 100);
  const base = { batchSize: 256, cap: Number.POSITIVE_INFINITY, history: moved };
  const exact = (mean: number): ReturnType<typeof intervalOf> => ({
    mean,
    low: mean - 0.01,
    high: mean + 0.01,
    error: 0.005,
  });
  const lower = { bound: "lower", unit: "nats", optimum: "log r", shift: "none" } as const;
  it.each([
    ["an upper bound below 0", { facts: { ...lower, bound: "upper" as const }, interval: exact(-0.3) }],
    ["an upper bound only where", { facts: { ...lower, bound: "upper" as const }, interval: exact(2) }],
    [
      "within 5 % of the largest value that 256 pairs can give, 5.55",
      { facts: lower, interval: exact(5.4), cap: Math.log(256) },
    ],
    ["below 0, which no information is", { facts: lower, interval: exact(-0.2) }],
    ["is not mutual information", { facts: { ...lower, unit: "score" as const }, interval: exact(1) }],
    [
      "the training objective is where it was",
      { facts: lower, interval: exact(1), history: moved.map((_, i) => i % 2) },
    ],
    ["the interval is wide", { facts: lower, interval: { mean: 1, low: 0.5, high: 1.5, error: 0.2 } }],
  ])("%s", (words, outcome) => {
    const advice = adviceOf({ name: "some", ...base, ...outcome });
    expect(advice.length).toBe(1);
    expect(advice[0]).toContain(words);
  });
  it("an interval that holds 0", () => {
    const advice = adviceOf({ name: "some", ...base, facts: lower, interval: exact(0.005) });
    expect(advice).toEqual([expect.stringContaining("the interval holds 0")]);
  });
  it("is silent where nothing is suspected", () => {
    expect(adviceOf({ name: "some", ...base, facts: lower, interval: exact(1), cap: Math.log(256) })).toEqual([]);
  });
});
