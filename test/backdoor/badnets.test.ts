import { describe, expect, it } from "vitest";
import { badnets } from "../../src/backdoor/attacks/badnets.ts";
import { poison, triggered } from "../../src/backdoor/poison.ts";
import { randomOrder } from "../../src/backdoor/random-order.ts";
import { builtinDataset } from "../../src/data/builtin.ts";

describe.each([16, 32])("badnets on %i×%i images", (size) => {
  const dataset = builtinDataset({ count: 60, size, seed: 1 });
  const pixel = (images: Uint8Array, i: number, y: number, x: number): number[] => {
    const at = ((i * size + y) * size + x) * 3;
    return [...images.subarray(at, at + 3)];
  };

  it("stamps the 3×3 grid at the bottom right, and nothing else", async () => {
    const { images } = (await triggered(badnets, dataset)).attack!.triggered;
    const pattern = [
      [0, 0, 255],
      [0, 255, 0],
      [255, 0, 255],
    ];
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const value = pattern[y - size + 3]?.[x - size + 3];
        const wanted = value === undefined ? pixel(dataset.images, 59, y, x) : [value, value, value];
        expect(pixel(images, 59, y, x)).toEqual(wanted);
      }
    }
  });

  it("poisons ⌊N·rate⌋ samples, all to one, and records what it did", async () => {
    const before = dataset.images.slice();
    const {
      dataset: bad,
      poisoned,
      originalLabels,
    } = await poison(badnets, dataset, { rate: 0.11, target: 4 }, { seed: 5 });
    expect(poisoned.length).toBe(6);
    expect([...poisoned]).toEqual([...new Set(poisoned)].sort((a, b) => a - b));
    expect(originalLabels).toEqual(dataset.labels);
    const stamped = (await triggered(badnets, dataset)).attack!.triggered.images;
    const bytes = size * size * 3;
    for (let i = 0; i < dataset.count; i++) {
      const isPoison = poisoned.includes(i);
      expect(bad.labels[i]).toBe(isPoison ? 4 : dataset.labels[i]);
      const from = isPoison ? stamped : dataset.images;
      expect(bad.images.subarray(i * bytes, (i + 1) * bytes)).toEqual(from.subarray(i * bytes, (i + 1) * bytes));
    }
    expect(dataset.images).toEqual(before);
  });
});

describe("badnets", () => {
  const dataset = builtinDataset({ count: 200, size: 12 });

  it("chooses by the seed, the target class included", async () => {
    const chosen = async (seed: number): Promise<number[]> => [
      ...(await poison(badnets, dataset, { rate: 0.5 }, { seed })).poisoned,
    ];
    const first = await chosen(1);
    expect(await chosen(1)).toEqual(first);
    expect(await chosen(2)).not.toEqual(first);
    expect(first.some((i) => dataset.labels[i] === 0)).toBe(true);
  });

  it("does nothing at rate 0 and everything at rate 1", async () => {
    expect((await poison(badnets, dataset, { rate: 0 })).dataset.images).toEqual(dataset.images);
    expect((await poison(badnets, dataset, { rate: 1 })).poisoned.length).toBe(200);
  });

  it("refuses bad rates, classes and tiny images", async () => {
    await expect(poison(badnets, dataset, { rate: 1.5 })).rejects.toThrow(
      "badnets.rate: expects a number, 0 … 1, got 1.5",
    );
    await expect(poison(badnets, dataset, { target: 10 })).rejects.toThrow("target class 10 does not exist");
    const tiny = { ...dataset, height: 2, width: 2, images: new Uint8Array(200 * 12) };
    await expect(triggered(badnets, tiny)).rejects.toThrow("the trigger needs 3×3 pixels, images are 2×2");
  });
});

describe("randomOrder", () => {
  it("is a permutation that depends on the key", () => {
    const order = randomOrder([3, 4], 500);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(randomOrder([3, 5], 500)).not.toEqual(order);
  });
});
