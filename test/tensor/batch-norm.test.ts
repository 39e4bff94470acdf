import { describe, expect, test } from "vitest";
import { batchNorm } from "../../src/tensor/ops/batch-norm.ts";
import { moments } from "../../src/tensor/ops/moments.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "../autodiff/values.ts";

const dynamic = (list: number[], shape: number[]): AnyTensor => tensor(list, { shape });

describe("moments", () => {
  test("mean and biased variance over chosen axes", () => {
    const x = dynamic([1, 2, 3, 4, 5, 12], [2, 3]);
    expect(values(moments(x))).toEqual({ mean: [4.5], variance: [(199 - 6 * 4.5 ** 2) / 6] });
    expect(values(moments(x, { axis: 0 }))).toEqual({ mean: [2.5, 3.5, 7.5], variance: [2.25, 2.25, 20.25] });
    expect(values(moments(x, { axis: -1 }))).toEqual({ mean: [2, 7], variance: [2 / 3, 38 / 3] });
  });

  test("single precision keeps a variance far below the mean's square", async () => {
    const x = tensor(Array.from({ length: 1000 }, (_, i) => 4096 + (i % 2 === 0 ? 0.0625 : -0.0625)));
    const { mean, variance } = evaluateReference(moments(x), { precision: "f32" });
    expect(await mean.item()).toBe(4096);
    expect(await variance.item()).toBe(0.0625 ** 2); // mean(x²) − mean² would give 0 or 2
  });

  test("over no axes every element is its own mean", () => {
    expect(values(moments(dynamic([1, 2], [2]), { axis: [] }))).toEqual({ mean: [1, 2], variance: [0, 0] });
  });

  test("over no elements there is no mean", () => {
    expect(() => moments(dynamic([], [0, 1]), { axis: 0 })).toThrow(/moments: of no elements/);
    expect(values(moments(dynamic([], [0, 1]), { axis: 1 }))).toEqual({ mean: [], variance: [] });
  });
});

describe("batchNorm", () => {
  test("gives every channel mean β and deviation γ", () => {
    const x = dynamic(
      Array.from({ length: 60 }, (_, i) => ((i * 17) % 31) - (i % 3) * 40),
      [2, 5, 2, 3],
    );
    const { y } = batchNorm(x, tensor([1, 2, -3]), tensor([0, 5, -1]), { epsilon: 0 });
    const { mean, variance } = values(moments(y, { axis: [0, 1, 2] })) as { mean: number[]; variance: number[] };
    [0, 5, -1].forEach((beta, c) => expect(mean[c]).toBeCloseTo(beta, 12));
    [1, 4, 9].forEach((square, c) => expect(variance[c]).toBeCloseTo(square, 12));
  });

  test("a constant channel becomes β", () => {
    const { y } = batchNorm(dynamic([7, 7, 7], [3, 1]), tensor([2]), tensor([0.5]));
    expect(values(y)).toEqual([0.5, 0.5, 0.5]);
  });

  test("refuses an empty batch, which has no statistics", () => {
    expect(() => batchNorm(dynamic([], [0, 2]), tensor([1, 1]), tensor([0, 0]))).toThrow(/batchNorm: of no elements/);
  });

  test("refuses γ and β of another length, and rank 0", () => {
    const x = dynamic([1, 2, 3, 4], [2, 2]);
    expect(() => batchNorm(x, tensor([1]), tensor([0, 0]))).toThrow(/gamma is \[1\], x has 2 channels/);
    expect(() => batchNorm(x, tensor([1, 1]), tensor([0, 0, 0]))).toThrow(/beta is \[3\], x has 2 channels/);
    expect(() => batchNorm(dynamic([1], []), tensor([1]), tensor([1]))).toThrow(/x has rank 0/);
  });
});
