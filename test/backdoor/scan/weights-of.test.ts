import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { weightsOf } from "../../../src/backdoor/scan/weights-of.ts";

/** Labels of classes of these sizes, class after class, and the first so many indices of each. */
function sized(sizes: readonly number[], suspected: readonly number[]): { labels: Int32Array; suspects: number[] } {
  const labels = Int32Array.from(sizes.flatMap((size, label) => Array.from({ length: size }, () => label)));
  const suspects = suspected.flatMap((count, label) => {
    const start = labels.indexOf(label);
    return Array.from({ length: count }, (_, i) => start + i);
  });
  return { labels, suspects };
}
const weightPerClass = (sizes: readonly number[], suspected: readonly number[]): number[] => {
  const { labels, suspects } = sized(sizes, suspected);
  const weights = weightsOf(labels, suspects, sizes.length);
  for (const index of suspects) expect(weights[index]).toBe(0);
  return sizes.map((size, label) => {
    const own = new Set([...weights].filter((_, i) => labels[i] === label && !suspects.includes(i)));
    expect(own.size).toBeLessThanOrEqual(1);
    return size === suspected[label] ? 0 : [...own][0]!;
  });
};

describe("weightsOf", () => {
  it("counts a class that lost half of its own images as whole", () => {
    expect(weightPerClass([500, 500, 500], [250, 0, 0])).toEqual([2, 1, 1]);
    expect(weightPerClass([50, 50, 50], [20, 0, 0])).toEqual([Math.fround(5 / 3), 1, 1]);
  });

  it("leaves alone a class whose suspects came from the others", () => {
    expect(weightPerClass([95, 45, 45], [50, 0, 0])).toEqual([1, 1, 1]);
    expect(weightPerClass([95, 45, 45], [54, 0, 0])).toEqual([1, 1, 1]); // 41 of 45 are left
  });

  it("neither makes a rare class common, nor lets a few images count for many", () => {
    expect(weightPerClass([20, 500, 500], [5, 0, 0])).toEqual([Math.fround(20 / 15), 1, 1]);
    expect(weightPerClass([100, 100, 100], [98, 0, 0])).toEqual([2, 1, 1]);
    expect(weightPerClass([100, 100, 100], [100, 0, 0])).toEqual([0, 1, 1]);
  });

  it("is 1 without suspects, and between 0 and 2 whatever they are", () => {
    const sets = fc
      .array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 5 })
      .chain((sizes) =>
        fc.tuple(fc.constant(sizes), fc.tuple(...sizes.map((size) => fc.integer({ min: 0, max: size })))),
      );
    fc.assert(
      fc.property(sets, ([sizes, suspected]) => {
        expect(
          weightPerClass(
            sizes,
            sizes.map(() => 0),
          ),
        ).toEqual(sizes.map(() => 1));
        for (const weight of weightPerClass(sizes, suspected))
          expect(weight === 0 || (weight >= 1 && weight <= 2)).toBe(true);
      }),
    );
  });
});
