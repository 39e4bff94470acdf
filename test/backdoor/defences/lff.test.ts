import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classMaxima } from "../../../src/backdoor/defences/lff/class-maxima.ts";
import { difficultyWeights } from "../../../src/backdoor/defences/lff/difficulty-weights.ts";
import { beginMovingLosses, moveLosses } from "../../../src/backdoor/defences/lff/moving-losses.ts";
import { lff } from "../../../src/backdoor/defences/lff.ts";
import { auroc } from "../../../src/backdoor/metrics.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { channelMeans, colours } from "./channel-means.ts";
import { expectSameWhenStopped } from "./stop-and-resume.ts";

const read = async (x: AnyTensor): Promise<number[]> => Array.from(await evaluateReference(x).data());
const i32 = (values: readonly number[]): AnyTensor => tensor(values, { dtype: "i32" });

describe("moving losses", () => {
  it("are α·old + (1 − α)·new, and the first loss as it is; others stay, also where a loss is 0", async () => {
    const losses = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 3, maxLength: 3 });
    const places = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(places, losses), { minLength: 1, maxLength: 4 }), async (batches) => {
        const wanted: (number | undefined)[] = Array.from({ length: 5 });
        let state = beginMovingLosses(5);
        for (const [indices, values] of batches) {
          state = moveLosses(state, tensor(values), i32(indices), { decay: 0.75 });
          indices.forEach((at, i) => {
            wanted[at] = wanted[at] === undefined ? values[i]! : 0.75 * wanted[at] + 0.25 * values[i]!;
          });
        }
        const found = await read(state.values);
        wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value ?? 0, 5));
        expect(await read(state.seen)).toEqual(wanted.map((value) => (value === undefined ? 0 : 1)));
      }),
      { numRuns: 30 },
    );
  });
});

describe("difficulty weights", () => {
  const labels = [0, 0, 1, 1, 1];
  const [biased, debiased] = [
    [2, 1, 0.5, 4, 0],
    [1, 4, 2, 1, 0],
  ];
  const set = { biased: tensor(biased), debiased: tensor(debiased), labels: i32(labels), classes: 3 };

  it("divide each loss by the largest of its class in the whole set, then take the share", async () => {
    const most = (losses: readonly number[], i: number): number =>
      Math.max(...losses.filter((_, j) => labels[j] === labels[i]));
    const share = (i: number): number => {
      const [b, d] = [biased[i]! / most(biased, i), debiased[i]! / most(debiased, i)];
      return b / (b + d + 1e-8);
    };
    expect(await read(classMaxima(tensor(biased), i32(labels), 3))).toEqual([2, 4, 0]);
    const found = await read(difficultyWeights(set, i32([3, 0, 2])));
    [3, 0, 2].forEach((sample, at) => expect(found[at]).toBeCloseTo(share(sample), 6));
  });

  it("are not changed by how hard a class is, and are 0, not NaN, for a class that both networks know", async () => {
    const harder = tensor(biased.map((loss, i) => (labels[i] === 1 ? 8 * loss : loss)));
    const all = i32([0, 1, 2, 3, 4]);
    expect(await read(difficultyWeights({ ...set, biased: harder }, all))).toEqual(
      await read(difficultyWeights(set, all)),
    );
    const nothing = { ...set, biased: tensor([0, 0, 1, 1, 1]), debiased: tensor([0, 0, 1, 1, 1]) };
    expect((await read(difficultyWeights(nothing, all))).slice(0, 2)).toEqual([0, 0]);
  });
});

describe("lff", () => {
  const isEasy = (i: number): boolean => i % 10 === 4; // red, as its class is, and blue besides
  const clean = colours(80, isEasy);
  const isWrong = (i: number): boolean => i % 10 === 1 || i % 20 === 6;
  const dataset = { ...clean, labels: clean.labels.map((label, i) => (isWrong(i) ? 1 - label : label)) };
  const run = async (options: object): Promise<{ weight: Float32Array; suspicion: ArrayLike<number> }> => {
    const { evidence, suspicion } = await trainDefence(lff, {
      device: referenceDevice(),
      dataset,
      classifier: channelMeans,
      options: { batch: 20, clean: { epochs: 12, lr: 0.5, augment: "none" }, ...options },
    });
    return { weight: evidence!["weight"] as Float32Array, suspicion: suspicion! };
  };

  it("keeps the weight of what the biased network does not learn, and lets that of easy samples fall", async () => {
    const { weight, suspicion } = await run({});
    const average = (which: (i: number) => boolean): number => {
      const own = weight.filter((_, i) => which(i));
      return own.reduce((sum, value) => sum + value) / own.length;
    };
    expect(average(isWrong)).toBeGreaterThan(0.45);
    expect(average(isEasy)).toBeLessThan(0.3);
    expect(auroc(suspicion, (i) => !isWrong(i))).toBe(1);
    expect(weight.every((value, i) => value >= 0 && value <= 1 && Math.abs(suspicion[i]! - (1 - value)) < 1e-6)).toBe(
      true,
    );
  });

  it("depends on each of its options", async () => {
    const short = { clean: { epochs: 2, lr: 0.5, augment: "none" } };
    const usual = (await run(short)).weight;
    for (const options of [{ q: 0.2 }, { decay: 0 }, { weighting: false }]) {
      expect((await run({ ...short, ...options })).weight).not.toEqual(usual);
    }
  });

  it("ends bit for bit the same wherever it was stopped", async () => {
    await expectSameWhenStopped(lff as never, { clean: { epochs: 2 } }, 2);
  });
});
