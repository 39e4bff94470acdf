import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Suspect } from "../../src/backdoor/diagnostics.ts";
import { diagnose, splitInTwo, suspectsCsv, suspicionQuality } from "../../src/backdoor/diagnostics.ts";
import { auroc, defenceMetrics } from "../../src/backdoor/metrics.ts";
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

describe("defenceMetrics", () => {
  it("counts attacked images of other classes only", () => {
    const test = labelled([0, 0, 1, 1, 2, 2]);
    const metrics = defenceMetrics(test, () => 0, [0, 1, 1, 0, 2, 1], [0, 0, 0, 0, 2, 1]);
    expect(metrics).toEqual({
      ca: { rate: 3 / 6, count: 6 },
      classAccuracy: [1 / 2, 1 / 2, 1 / 2].map((rate) => ({ rate, count: 2 })),
      targetAccuracy: { rate: 1 / 2, count: 2 },
      asr: { rate: 2 / 4, count: 4 },
      ra: { rate: 1 / 4, count: 4 },
      cleanTargetRate: { rate: 1 / 4, count: 4 },
    });
  });

  it("is 0 of 0 where every image is of the target class", () => {
    expect(defenceMetrics(labelled([0, 0]), () => 0, [0, 0], [0, 0]).asr).toEqual({ rate: 0, count: 0 });
  });
});

describe("auroc", () => {
  it("knows simple cases", () => {
    const low = (i: number): boolean => i < 2;
    expect(auroc([0.1, 0.2, 0.3, 0.4], low)).toBe(0);
    expect(auroc([0.4, 0.3, 0.2, 0.1], low)).toBe(1);
    expect(auroc([1, 1, 1, 1], low)).toBe(0.5);
    expect(auroc([0.1, 0.3, 0.2, 0.4], low)).toBe(0.25);
    expect(auroc([1, 2], () => true)).toBeNaN();
    expect(() => auroc([1, Number.NaN, 2], low)).toThrow("auroc: score 1 is NaN");
  });

  it("is the share of pairs in order, ties half", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { minLength: 2 }), (rows) => {
        let [pairs, good] = [0, 0];
        for (const [a, positive] of rows) {
          for (const [b, other] of rows) {
            if (!positive || other) continue;
            pairs++;
            good += a > b ? 1 : a === b ? 0.5 : 0;
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
  it("ranks by suspicion, splits in two, names the class above", () => {
    const dataset = labelled([1, 2, 0, 1, 1, 2]);
    const { suspects, estimatedRate, threshold, suspectedTarget } = diagnose(dataset, [8.5, 0.7, 0.3, 7.8, 8.3, 0.4]);
    expect(suspects.map(({ index }) => index)).toEqual([0, 4, 3, 1, 5, 2]);
    expect(suspects.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(suspects[3]!.suspicion).toBe(0.7);
    expect(estimatedRate).toBe(0.5);
    expect(threshold).toBe(0.7);
    expect(suspectedTarget).toBe(1);
    expect(suspicionQuality(suspects, [0, 3])).toEqual({ auroc: 7 / 8, precision: 1 / 2 });
    expect(() => suspicionQuality(suspects, [])).toThrow("0 of 6 samples are poisoned");
  });

  it("writes a CSV that has a header and one line a sample", () => {
    const row: Suspect = { index: 1, label: 0, suspicion: 0.25, rank: 1 };
    expect(suspectsCsv([row])).toBe("index,label,suspicion,rank\n1,0,0.25,1\n");
    expect(suspectsCsv([row], { loss: [5, 6] })).toBe("index,label,suspicion,loss,rank\n1,0,0.25,6,1\n");
  });
});

describe("splitInTwo", () => {
  it("finds the gap, and none among equals", () => {
    expect(splitInTwo([-9, -8.5, -8, -1, -0.5, 0])).toBe(3);
    expect(splitInTwo([1, 1, 1])).toBe(0);
    expect(splitInTwo([])).toBe(0);
  });
});
