import { describe, expect, it } from "vitest";
import { badnets } from "../../src/backdoor/attacks/badnets.ts";
import { wanet } from "../../src/backdoor/attacks/wanet/wanet.ts";
import { cleanSubset } from "../../src/backdoor/clean-subset.ts";
import { poison } from "../../src/backdoor/poison.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import type { Dataset } from "../../src/data/dataset.ts";

const images = builtinDataset({ count: 200, size: 12 });
const rowsOf = ({ images: all, count }: Dataset): string[] =>
  Array.from({ length: count }, (_, i) => String(all.subarray(i * 432, (i + 1) * 432)));

describe("cleanSubset", () => {
  it("draws untouched images with their labels, as many of each class", async () => {
    const { dataset, poisoned, noise } = await poison(wanet, images, { rate: 0.2 });
    const clean = cleanSubset(dataset, { share: 0.1, without: [...poisoned, ...noise], seed: 4 });
    expect(clean.count).toBe(20);
    expect([...clean.labels].sort()).toEqual(Array.from({ length: 20 }, (_, i) => Math.floor(i / 2)));
    const [rows, touched] = [rowsOf(images), new Set([...poisoned, ...noise])];
    for (const [i, row] of rowsOf(clean).entries()) {
      const at = rows.indexOf(row); // an image as it was before the attack
      expect([touched.has(at), images.labels[at]]).toEqual([false, clean.labels[i]]);
    }
  });

  it("takes the others where a class has no clean image", () => {
    const target = [...images.labels.keys()].filter((i) => images.labels[i] === 3);
    const clean = cleanSubset(images, { share: 0.1, without: target });
    expect([clean.count, [...clean.labels].includes(3)]).toEqual([20, false]);
  });

  it("draws the same for a seed, others for another, and leaves the training set as it is", async () => {
    const { dataset, poisoned } = await poison(badnets, images, {});
    const before = dataset.images.slice();
    const draw = (seed: number): Dataset => cleanSubset(dataset, { without: poisoned, seed });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1).images).not.toEqual(draw(2).images);
    expect([draw(1).count, dataset.images]).toEqual([10, before]); // 5 %
  });

  it("refuses a share of nothing, or of more than is clean", () => {
    for (const share of [0, -1, 1.5, Number.NaN]) {
      expect(() => cleanSubset(images, { share })).toThrow(`cleanSubset: share is ${share}`);
    }
    expect(() => cleanSubset(images, { share: 0.004 })).toThrow(
      "clean images: a share of 0.004 of 200 training images asks for 0, 200 are clean\n  give a share of at least 0.005",
    );
    const without = Array.from({ length: 150 }, (_, i) => i);
    expect(() => cleanSubset(images, { share: 0.5, without })).toThrow(
      "asks for 100, 50 are clean\n  give a share of at most 0.25",
    );
  });
});
