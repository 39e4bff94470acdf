import { describe, expect, it } from "vitest";
import { builtinDataset } from "../../src/data/builtin.ts";
import { checkDataset, selectImages } from "../../src/data/dataset.ts";
import { ridgeAccuracy } from "./ridge.ts";

describe("builtinDataset", () => {
  it("is balanced, whole, and the same for the same seed", () => {
    const data = builtinDataset({ count: 40, size: 16, seed: 7 });
    checkDataset(data);
    expect([...data.labels]).toEqual(Array.from({ length: 40 }, (_, i) => i % 10));
    expect(builtinDataset({ count: 40, size: 16, seed: 7 }).images).toEqual(data.images);
    expect(builtinDataset({ count: 40, size: 16, seed: 8 }).images).not.toEqual(data.images);
    expect(builtinDataset({ count: 40, size: 16, seed: 7, part: "test" }).images).not.toEqual(data.images);
    expect(builtinDataset({ count: 10, size: 16, seed: 7 }).images).toEqual(data.images.slice(0, 10 * 768));
  });

  it("has the bytes that it has always had", () => {
    // FNV-1a over all bytes: a change of the generator changes every figure that was measured on it
    const { images } = builtinDataset({ count: 20, size: 16, seed: 0 });
    const hash = images.reduce((h, byte) => Math.imul(h ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
    expect(hash.toString(16)).toBe("d77dd5e5");
  });

  it("is out of reach of a linear model", () => {
    const train = builtinDataset({ count: 1500, size: 16, seed: 1 });
    const test = builtinDataset({ count: 500, size: 16, seed: 1, part: "test" });
    const accuracy = ridgeAccuracy(train, test, 30);
    expect(accuracy).toBeGreaterThan(0.05); // the model works, it is the data that are hard
    expect(accuracy).toBeLessThan(0.45);
  }, 60_000);

  it("refuses sizes and class counts that it cannot draw", () => {
    expect(() => builtinDataset({ count: 0 })).toThrow("count is 0");
    expect(() => builtinDataset({ count: 1, size: 8 })).toThrow("size is 8");
    expect(() => builtinDataset({ count: 1, classes: 11 })).toThrow("classes is 11");
  });
});

describe("datasets", () => {
  const data = builtinDataset({ count: 5, size: 12 });

  it("can be cut by index", () => {
    const part = selectImages(data, [3, 1, 3]);
    expect([...part.labels]).toEqual([3, 1, 3]);
    expect(part.images.subarray(432, 864)).toEqual(data.images.subarray(432, 864));
    expect(() => selectImages(data, [5])).toThrow("selectImages: no image 5");
  });

  it("are refused when their fields disagree", () => {
    expect(() => checkDataset({ ...data, count: 4 })).toThrow("images hold 2160 bytes, not 1728");
    expect(() => checkDataset({ ...data, labels: new Int32Array(4) })).toThrow("4 labels for 5 images");
    expect(() => checkDataset({ ...data, classes: 2 })).toThrow("label 2 of image 2 is out of range");
    expect(() => checkDataset({ ...data, height: 1.5 })).toThrow("height is 1.5");
  });
});
