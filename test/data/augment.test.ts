import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { augmentBatch, plainBatch } from "../../src/data/augment.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const [count, h, w, channels] = [3, 6, 5, 3];
const pixel = (n: number, y: number, x: number, ch: number): number => (n * 97 + y * 31 + x * 7 + ch * 3 + 1) % 256;
const bytes = new Uint8Array(count * h * w * channels);
for (let n = 0; n < count; n++)
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let ch = 0; ch < channels; ch++) bytes[((n * h + y) * w + x) * channels + ch] = pixel(n, y, x, ch);
const images = tensor(bytes, { shape: [count, h, w, channels] });

const keyOf = (a: number, b: number): AnyTensor => tensor(Uint32Array.of(a, b));
async function batch(indices: number[], key: AnyTensor, augmentation: typeof plainBatch): Promise<Float64Array> {
  const y = augmentBatch(images, tensor(Int32Array.from(indices)), key, augmentation);
  return (await evaluateReference(y).data()) as Float64Array;
}

describe("augmentBatch", () => {
  it("only gathers and scales without augmentation", async () => {
    const y = await batch([2, 0], keyOf(1, 2), plainBatch);
    expect(y[0]).toBeCloseTo(pixel(2, 0, 0, 0) / 255, 12);
    expect(y[y.length - 1]).toBeCloseTo(pixel(0, h - 1, w - 1, channels - 1) / 255, 12);
  });

  it("makes every image a shifted, perhaps mirrored original", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 3 }), fc.boolean(), async (a, b, crop, flip) => {
        const y = await batch([1], keyOf(a, b), { crop, flip, cutout: 0 });
        const same = (dy: number, dx: number, mirrored: boolean): boolean => {
          for (let r = 0; r < h; r++)
            for (let s = 0; s < w; s++)
              for (let ch = 0; ch < channels; ch++) {
                const [row, column] = [r + dy, (mirrored ? w - 1 - s : s) + dx];
                const inside = row >= 0 && row < h && column >= 0 && column < w;
                const want = inside ? pixel(1, row, column, ch) / 255 : 0;
                if (Math.abs(y[(r * w + s) * channels + ch]! - want) > 1e-12) return false;
              }
          return true;
        };
        const shifts = Array.from({ length: 2 * crop + 1 }, (_, i) => i - crop);
        const found = shifts.some((dy) => shifts.some((dx) => same(dy, dx, false) || (flip && same(dy, dx, true))));
        expect(found).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("mirrors half of the rows and uses every crop offset", async () => {
    const rows = 400;
    const y = await batch(new Array(rows).fill(0), keyOf(9, 9), { crop: 1, flip: true, cutout: 0 });
    const distinct = new Set<string>();
    for (let i = 0; i < rows; i++) distinct.add(y.slice(i * h * w * channels, (i + 1) * h * w * channels).join());
    expect(distinct.size).toBe(3 * 3 * 2);
  });

  it("cuts a 2×2 hole for length 3, clipped at the border", async () => {
    const rows = 300;
    const holes = new Set<number>();
    const y = await batch(new Array(rows).fill(0), keyOf(4, 5), { crop: 0, flip: false, cutout: 3 });
    for (let i = 0; i < rows; i++) {
      let dark = 0;
      for (let p = 0; p < h * w; p++) if (y[(i * h * w + p) * channels] === 0) dark++;
      holes.add(dark);
    }
    expect([...holes].sort()).toEqual([1, 2, 4]);
  });

  it("is a function of the key and of the row", async () => {
    const random = { crop: 2, flip: true, cutout: 3 };
    const first = await batch([0, 0, 1], keyOf(3, 4), random);
    expect(await batch([0, 0, 1], keyOf(3, 4), random)).toEqual(first);
    expect(await batch([0, 0, 1], keyOf(3, 5), random)).not.toEqual(first);
  });

  it("gives a black image for an index that does not exist", async () => {
    const y = await batch([-1, 3], keyOf(0, 0), plainBatch);
    expect(y.every((value) => value === 0)).toBe(true);
  });

  it("names what has the wrong type", () => {
    const indices = tensor(Int32Array.of(0));
    expect(() => augmentBatch(tensor([[[[1]]]]), indices, keyOf(0, 0), plainBatch)).toThrow("images are f32[1,1,1,1]");
    expect(() => augmentBatch(images, indices, tensor(Uint32Array.of(1)), plainBatch)).toThrow("key are u32[1]");
    expect(() => augmentBatch(images, indices, keyOf(0, 0), { ...plainBatch, crop: -1 })).toThrow("crop is -1");
  });
});
