import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { auroc } from "../../src/backdoor/metrics.ts";
import { html } from "../../src/report/html.ts";
import { kindGroups } from "../../src/report/loss-section.ts";
import { projectionOf } from "../../src/report/projection.ts";
import { areaUnder, corners, rocOf } from "../../src/report/roc.ts";
import { withinBytes } from "../../src/report/within-bytes.ts";
import { madeUpEvidence } from "./made-up-evidence.ts";

describe("an ROC curve", () => {
  const scored = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean()), { minLength: 2, maxLength: 40 });

  test("goes from (0, 0) to (1, 1), never down or back, and its area is the AUROC, also where only its corners are kept", () => {
    fc.assert(
      fc.property(scored, (pairs) => {
        const positive = (i: number): boolean => pairs[i]![1];
        const scores = pairs.map(([score]) => score);
        const points = rocOf(scores, positive);
        const one = pairs.filter(([, is]) => is).length;
        if (one === 0 || one === pairs.length) return points.length === 0;
        expect(points[0]).toEqual({ falsePositives: 0, truePositives: 0 });
        expect(points.at(-1)).toEqual({ falsePositives: 1, truePositives: 1 });
        for (const [at, { falsePositives, truePositives }] of points.slice(1).entries()) {
          expect(falsePositives).toBeGreaterThanOrEqual(points[at]!.falsePositives);
          expect(truePositives).toBeGreaterThanOrEqual(points[at]!.truePositives);
        }
        expect(areaUnder(points)).toBeCloseTo(auroc(scores, positive), 10);
        expect(areaUnder(corners(points))).toBeCloseTo(auroc(scores, positive), 10);
        return true;
      }),
    );
  });

  test("is none where a score is not finite", () => {
    expect(rocOf([1, Number.NaN, 0], (i) => i === 0)).toEqual([]);
  });
});

describe("principal components", () => {
  test("are those of a set that varies along known directions, in float64", () => {
    const labels = Int32Array.from({ length: 50 }, (_, i) => i % 5);
    const [a, b] = [
      [0.6, 0.8, 0],
      [-0.8, 0.6, 0],
    ] as const;
    const rows = Float32Array.from({ length: labels.length * 3 }, (_, i) => {
      const [row, j] = [Math.floor(i / 3), i % 3];
      return 7 + (row - 24.5) * a[j]! * 3 + (row % 2 === 0 ? 1 : -1) * b[j]!;
    });
    const { dots, shown } = projectionOf({ z: rows, width: 3, losses: new Float32Array() }, { labels, targets: null })!;
    expect(dots.length).toBe(50);
    expect(shown).toBeCloseTo(1, 6);
    const slope = dots.slice(1).map(({ x }, i) => x - dots[i]!.x);
    expect(Math.abs(slope.reduce((sum, step) => sum + step, 0) / slope.length)).toBeCloseTo(3, 1);
    expect(dots.every(({ kind }) => kind === 0)).toBe(true);
  });

  test("leave out triggered images of the target class, and are none where nothing varies or something is not finite", () => {
    const evidence = madeUpEvidence();
    const { dots } = projectionOf(evidence.delivered, evidence)!;
    expect([0, 1, 2].map((kind) => dots.filter((dot) => dot.kind === kind).length)).toEqual([8, 2, 8]);
    const same = { ...evidence.delivered, z: new Float32Array(60).fill(3) };
    const bad = { ...evidence.delivered, z: evidence.delivered.z.map((value, i) => (i === 7 ? Number.NaN : value)) };
    expect([projectionOf(same, evidence), projectionOf(bad, evidence)]).toEqual([null, null]);
  });
});

test("images are coloured by what is known of them, grey where nothing is", () => {
  expect(kindGroups(madeUpEvidence()).map(({ name, indices }) => [name, indices.length])).toEqual([
    ["clean", 31],
    ["poisoned", 8],
    ["false trigger", 1],
  ]);
  const [all, ...more] = kindGroups(madeUpEvidence({ kinds: null }));
  expect([all!.colour, all!.indices.length, more.length]).toEqual(["var(--rest)", 40, 0]);
});

test("parts that a section has no room for are named", () => {
  const part = (name: string, size: number) => ({ name, body: html`${"x".repeat(size)}` });
  const { markup } = withinBytes([part("one", 50), part("<two>", 60), part("three", 40)], 100);
  expect(markup).toContain("Left out, so that the page stays small: &lt;two&gt;; three.");
  expect(withinBytes([part("one", 50), part("two", 50)], 100).markup).toBe("x".repeat(100));
});
