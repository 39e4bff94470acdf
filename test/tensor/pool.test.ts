import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { avgPool2d, globalAvgPool2d } from "../../src/tensor/ops/avg-pool.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { mul } from "../../src/tensor/ops/elementwise.ts";
import { maxPool2d } from "../../src/tensor/ops/max-pool.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "../autodiff/values.ts";

const cases = fc
  .record({
    h: fc.integer({ min: 1, max: 6 }),
    w: fc.integer({ min: 1, max: 5 }),
    c: fc.integer({ min: 1, max: 3 }),
    size: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    sides: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
    pixels: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 180, maxLength: 180 }), // ties happen
  })
  .map((t) => ({ ...t, sides: t.sides.map((n, i) => n % t.size[i < 2 ? 0 : 1]!) }))
  .filter((t) => t.h + t.sides[0]! + t.sides[1]! >= t.size[0] && t.w + t.sides[2]! + t.sides[3]! >= t.size[1]);

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Windows as lists of pixel numbers, row-major; padding left out. */
function windows(t: Case): { inside: number[]; channel: number }[] {
  const list: { inside: number[]; channel: number }[] = [];
  for (let top = -t.sides[0]!; top + t.size[0] <= t.h + t.sides[1]!; top += t.stride[0]) {
    for (let left = -t.sides[2]!; left + t.size[1] <= t.w + t.sides[3]!; left += t.stride[1]) {
      for (let channel = 0; channel < t.c; channel++) {
        const inside: number[] = [];
        for (let r = top; r < top + t.size[0]; r++)
          for (let q = left; q < left + t.size[1]; q++)
            if (r >= 0 && q >= 0 && r < t.h && q < t.w) inside.push((r * t.w + q) * t.c + channel);
        list.push({ inside, channel });
      }
    }
  }
  return list;
}

const imagesOf = (t: Case): AnyTensor => tensor(t.pixels.slice(0, t.h * t.w * t.c), { shape: [1, t.h, t.w, t.c] });
const optionsOf = (t: Case) => ({
  size: t.size,
  stride: t.stride,
  padding: [
    [t.sides[0]!, t.sides[1]!],
    [t.sides[2]!, t.sides[3]!],
  ] as const,
});

describe("maxPool2d", () => {
  test("takes the largest pixel of each window, never the padding; the first of equals takes the gradient", () =>
    fc.assert(
      fc.property(cases, (t) => {
        const list = windows(t);
        const winner = list.map(({ inside }) =>
          inside.reduce((best, i) => (t.pixels[i]! > t.pixels[best]! ? i : best), inside[0]!),
        );
        expect(values(maxPool2d(imagesOf(t), optionsOf(t)))).toEqual(winner.map((i) => t.pixels[i]));
        const weights = list.map((_, i) => i + 1);
        const expected: number[] = Array(t.h * t.w * t.c).fill(0);
        winner.forEach((pixel, i) => {
          expected[pixel]! += weights[i]!;
        });
        const g = grad((x: AnyTensor) => {
          const y = maxPool2d(x, optionsOf(t));
          return sum(mul(y, tensor(weights, { shape: y.shape })));
        })(imagesOf(t));
        expect(values(g)).toEqual(expected);
      }),
      { numRuns: 60 },
    ));
});

describe("avgPool2d", () => {
  test("takes the mean, padding counted as zeros", () =>
    fc.assert(
      fc.property(cases, (t) => {
        const area = t.size[0] * t.size[1];
        const expected = windows(t).map(({ inside }) => inside.reduce((s, i) => s + t.pixels[i]!, 0) / area + 0);
        expect(values(avgPool2d(imagesOf(t), optionsOf(t)))).toEqual(expected);
      }),
      { numRuns: 40 },
    ));

  test("the stride is the window's size unless given", () => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], { shape: [1, 2, 4, 1] });
    expect(values(avgPool2d(x, { size: 2 }))).toEqual([3.5, 5.5]);
    expect(values(maxPool2d(x, { size: [1, 2], stride: [1, 1] }))).toEqual([2, 3, 4, 6, 7, 8]);
  });
});

describe("globalAvgPool2d", () => {
  test("takes the mean over height and width", () => {
    const x = tensor([1, 10, 2, 20, 3, 30, 6, 60, -1, 0, -1, 0, -1, 0, -1, 4], { shape: [2, 2, 2, 2] });
    expect(values(globalAvgPool2d(x))).toEqual([3, 30, -1, 1]);
  });

  test("refuses images without pixels", () => {
    expect(() => globalAvgPool2d(tensor([], { shape: [2, 0, 3, 1] }))).toThrow(/no pixel/);
  });
});

test.each([
  ["a window larger than the image", { size: 3 }, /3×3 window does not fit a 2×2 image/],
  ["padding as large as the window", { size: 2, padding: 2 }, /padding 2 is not smaller than the window, 2/],
  ["a window of size 0", { size: 0 }, /size is 0/],
])("pooling refuses %s", (_, options, message) => {
  const x = tensor([1, 2, 3, 4], { shape: [1, 2, 2, 1] });
  expect(() => maxPool2d(x, options)).toThrow(message);
  expect(() => avgPool2d(x, options)).toThrow(message);
});
