import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Suspect } from "../../src/backdoor/diagnostics.ts";
import { diagnose, splitInTwo, suspectsCsv, weightQuality } from "../../src/backdoor/diagnostics.ts";
import { auroc, defenceMetrics } from "../../src/backdoor/metrics.ts";
import type { Predictions } from "../../src/backdoor/predict.ts";
import type { Dataset } from "../../src/data/dataset.ts";

const labelled = (labels: number[], classes = 3): Dataset => ({
  images: new Uint8Array(labels.length),
  labels: Int32Array.from(labels),
  count: labels.length,
  height: 1,
  width: 1,
  channels: 1,
  classes,
});
const withLosses = (losses: number[]): Predictions => ({
  probabilities: new Float32Array(0),
  classes: new Int32Array(0),
  losses: Float32Array.from(losses),
});

describe("defenceMetrics", () => {
  it("counts attacked images of other classes only", () => {
    const test = labelled([0, 0, 1, 1, 2, 2]);
    const metrics = defenceMetrics(test, 0, [0, 1, 1, 0, 2, 1], [0, 0, 0, 0, 2, 1]);
    expect(metrics).toEqual({
      ca: { rate: 3 / 6, count: 6 },
      asr: { rate: 2 / 4, count: 4 },
      ra: { rate: 1 / 4, count: 4 },
      cleanTargetRate: { rate: 1 / 4, count: 4 },
    });
  });

  it("is 0 of 0 where every image is of the target class", () => {
    expect(defenceMetrics(labelled([0, 0]), 0, [0, 0], [0, 0]).asr).toEqual({ rate: 0, count: 0 });
  });
});

describe("auroc", () => {
  it("knows simple cases", () => {
    const low = (i: number): boolean => i < 2;
    expect(auroc([0.1, 0.2, 0.3, 0.4], low)).toBe(1);
    expect(auroc([0.4, 0.3, 0.2, 0.1], low)).toBe(0);
    expect(auroc([1, 1, 1, 1], low)).toBe(0.5);
    expect(auroc([0.1, 0.3, 0.2, 0.4], low)).toBe(0.75);
    expect(auroc([1, 2], () => true)).toBeNaN();
  });

  it("is the share of pairs in order, ties half", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { minLength: 2 }), (rows) => {
        let [pairs, good] = [0, 0];
        for (const [a, positive] of rows) {
          for (const [b, other] of rows) {
            if (!positive || other) continue;
            pairs++;
            good += a < b ? 1 : a === b ? 0.5 : 0;
          }
        }
        fc.pre(pairs > 0);
        const scores = rows.map(([score]) => score);
        expect(auroc(scores, (i) => rows[i]![1])).toBeCloseTo(good / pairs, 12);
      }),
    );
  });
});

describe("diagnose", () => {
  it("ranks by weight, splits the weights, names the class below", () => {
    const dataset = labelled([1, 2, 0, 1, 1, 2]);
    const { suspects, estimatedRate, threshold, suspectedTarget } = diagnose(
      dataset,
      withLosses([0.001, 2, 3, 0.002, 0.001, 2]),
      withLosses([5, 2, 1, 5, 4, 1]),
    );
    expect(suspects.map(({ index }) => index)).toEqual([0, 4, 3, 1, 5, 2]);
    expect(suspects.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(suspects[3]!.weight).toBeCloseTo(0.5, 6);
    expect(estimatedRate).toBe(0.5);
    expect(threshold).toBeCloseTo(0.5, 6);
    expect(suspectedTarget).toBe(1);
    expect(weightQuality(suspects, [0, 3])).toEqual({ auroc: 7 / 8, precision: 1 / 2 });
    expect(() => weightQuality(suspects, [])).toThrow("0 of 6 samples are poisoned");
  });

  it("writes a CSV that has a header and one line a sample", () => {
    const row: Suspect = { index: 7, label: 0, weight: 0.25, lossBackdoored: 1, lossClean: 3, rank: 1 };
    expect(suspectsCsv([row])).toBe("index,label,weight,lossBackdoored,lossClean,rank\n7,0,0.25,1,3,1\n");
  });
});

describe("splitInTwo", () => {
  it("finds the gap, and none among equals", () => {
    expect(splitInTwo([-9, -8.5, -8, -1, -0.5, 0])).toBe(3);
    expect(splitInTwo([1, 1, 1])).toBe(0);
    expect(splitInTwo([])).toBe(0);
  });
});
