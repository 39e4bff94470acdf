import { describe, expect, it } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import { roundToHalf } from "../../src/tensor/half.ts";
import { arange, cast, eye, full, mul, oneHot, ones, zeros } from "../../src/tensor/ops/index.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { valuesOf } from "./dense.ts";

describe("constructors", () => {
  it("fill shapes of every dtype", () => {
    for (const dtype of ["f32", "i32", "u32", "bool", "f16", "u8"] as const) {
      expect(ones([2, 1], { dtype })).toMatchObject({ shape: [2, 1], dtype });
      expect(valuesOf(ones([2, 1], { dtype }))).toEqual([1, 1]);
    }
    expect(valuesOf(zeros([0, 3]))).toEqual([]);
    expect(valuesOf(full([], -2.5))).toEqual([-2.5]);
    expect(() => full([2], 0.5, { dtype: "i32" })).toThrow("i32 cannot hold the number 0.5");
    expect(() => zeros([-1])).toThrow("zeros: a size must be a non-negative integer, not -1");
  });

  it("arange counts as NumPy's", () => {
    expect(valuesOf(arange(4))).toEqual([0, 1, 2, 3]);
    expect(valuesOf(arange(1, { start: 0, step: 0.25 }))).toEqual([0, 0.25, 0.5, 0.75]);
    expect(valuesOf(arange(-3, { start: 3, step: -2, dtype: "i32" }))).toEqual([3, 1, -1]);
    expect(valuesOf(arange(0))).toEqual([]);
    expect(() => arange(3, { step: 0 })).toThrow("arange: from 0 to 3 by 0 has no end");
  });

  it("eye and oneHot", () => {
    expect(valuesOf(eye(2, { columns: 3 }))).toEqual([1, 0, 0, 0, 1, 0]);
    expect(eye(2, { dtype: "bool" }).dtype).toBe("bool");
    const indices = tensor(
      [
        [2, 0],
        [-1, 3],
      ],
      { dtype: "i32" },
    );
    expect(valuesOf(oneHot(indices, { classes: 3 }))).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe("cast", () => {
  it("truncates and stays inside the range", () => {
    const x = tensor([-3.7, 2.9, 1e20, -1e20, 300]);
    expect(valuesOf(cast(x, "i32"))).toEqual([-3, 2, 2 ** 31 - 1, -(2 ** 31), 300]);
    expect(valuesOf(cast(x, "u32"))).toEqual([0, 2, 2 ** 32 - 1, 0, 300]);
    expect(valuesOf(cast(x, "u8"))).toEqual([0, 2, 255, 0, 255]);
    expect(valuesOf(cast(tensor([0, -0, 0.1, Number.NaN]), "bool"))).toEqual([0, 0, 1, 1]);
    expect(valuesOf(cast(tensor([-1, 400], { dtype: "i32" }), "u8"))).toEqual([0, 255]);
  });

  it("keeps the bits between i32 and u32", () => {
    expect(valuesOf(cast(tensor([-1], { dtype: "i32" }), "u32"))).toEqual([2 ** 32 - 1]);
    expect(valuesOf(cast(tensor([2 ** 31], { dtype: "u32" }), "i32"))).toEqual([-(2 ** 31)]);
  });

  it("rounds to f16, halves to even", () => {
    // 2049 lies between 2048 and 2050; 2⁻²⁵ is half the smallest subnormal; 65520 would round to 2¹⁶
    const x = [2049, 2051, 1 / 3, 2 ** -24, 2 ** -25, 3 * 2 ** -25, 65520, -1e9, 0];
    expect(valuesOf(cast(tensor(x), "f16"))).toEqual([
      2048,
      2052,
      0.333251953125,
      2 ** -24,
      0,
      2 ** -23,
      65504,
      -65504,
      0,
    ]);
    for (const half of [1, 0.5, 6.103515625e-5, 1023 * 2 ** -24, 65504]) expect(roundToHalf(half)).toBe(half);
  });

  it("passes the gradient through f16, in f32, and stops it at integers", () => {
    const x = tensor([1.5, 2]);
    const stored = cast(x, "f16");
    const [g] = pullback([mul(cast(stored, "f32"), cast(stored, "f32"))], [ones([2])], [x]);
    expect(g!.dtype).toBe("f32");
    expect(valuesOf(g!)).toEqual([3, 4]);
    expect(pullback([cast(cast(x, "i32"), "f32")], [ones([2])], [x])).toEqual([null]);
  });
});
