import { describe, expect, it } from "vitest";
import { matchedSamples } from "../../../../src/backdoor/scan/late/matched-samples.ts";
import { hitsOf, triggerSuspects } from "../../../../src/backdoor/scan/late/trigger-suspects.ts";
import { outOfFold, twoFolds } from "../../../../src/backdoor/scan/out-of-fold.ts";

const marks = (count: number, is: (i: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => (is(i) ? 1 : 0));

describe("twoFolds", () => {
  it("deals every image once, evenly, and always the same", () => {
    for (const count of [2, 7, 100]) {
      const [one, other] = twoFolds(count);
      expect([...one, ...other].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(other.length - one.length).toBe(count % 2);
      expect(twoFolds(count)).toEqual([one, other]);
    }
  });

  it("takes of each image what the other half's network said", () => {
    const folds = [Int32Array.of(0, 2), Int32Array.of(1)];
    expect([...outOfFold(folds, [[1, 1, 2, 2, 3, 3], [4, 4, 5, 5, 6, 6]], 3)]).toEqual([1, 1, 5, 5, 3, 3]); // biome-ignore format: rows
  });
});

describe("matchedSamples", () => {
  const count = 90;
  const looks = Int32Array.from({ length: count }, (_, i) => i % 3);
  const positive = marks(count, (i) => i < 30);
  const reference = marks(count, (i) => i >= 60 && i % 3 !== 2); // none that looks like 2
  const all = Int32Array.from({ length: count }, (_, i) => i);
  const drawn = matchedSamples(all, { positive, reference }, looks, { pairs: 400, key: [1, 2] })!;

  it("pairs what looks like the same class", () => {
    expect(drawn.length).toBe(800);
    for (let pair = 0; pair < 400; pair++) {
      const [p, r] = [drawn[2 * pair]!, drawn[2 * pair + 1]!];
      expect([positive[p], reference[r], looks[p]]).toEqual([1, 1, looks[r]]);
    }
  });

  it("uses every image that has a partner", () => {
    expect(new Set(drawn).size).toBe(20 + 20);
  });

  it("is null without pairs", () => {
    expect(matchedSamples(all, { positive, reference: marks(count, () => false) }, looks, { pairs: 4, key: [1, 2] })).toBe(null); // biome-ignore format: one call
    expect(matchedSamples(all.slice(40), { positive, reference }, looks, { pairs: 4, key: [1, 2] })).toBe(null);
  });
});

describe("the trigger net's scores", () => {
  const count = 2000;
  const poison = (i: number): boolean => i < 100;
  const score = Float64Array.from({ length: count }, (_, i) => (poison(i) ? 6 : -3) + ((i * 7919) % 101) / 101);
  const positive = marks(count, (i) => i < 80 || (i >= 1900 && i < 1910));
  const reference = marks(count, (i) => i >= 200 && i < 1900);

  it("hits are above nearly all references", () => {
    const { hits, share } = hitsOf(score, positive, reference);
    expect(share).toBeCloseTo(80 / 90, 1);
    expect(hits.subarray(0, 100).every((is) => is === 1)).toBe(true);
    expect(hits.subarray(200, 1900).reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(17);
  });

  it("a share of the positives as of the references is chance", () => {
    expect(
      hitsOf(
        score,
        marks(count, (i) => i >= 1000),
        reference,
      ).share,
    ).toBeLessThan(0.02);
    expect(
      hitsOf(
        score,
        marks(count, () => false),
        reference,
      ).share,
    ).toBe(0);
  });

  it("suspects are the far part; evenly spread scores have none", () => {
    const { suspects, distance } = triggerSuspects(score, reference);
    expect(distance).toBeGreaterThan(20);
    expect(suspects.every((is, i) => is === (poison(i) ? 1 : 0) || i >= 100)).toBe(true);
    expect(suspects.reduce((a, b) => a + b, 0)).toBeLessThan(105);
    const even = Float64Array.from({ length: count }, (_, i) => i / count);
    expect(triggerSuspects(even, reference).suspects.includes(1)).toBe(false);
  });
});
