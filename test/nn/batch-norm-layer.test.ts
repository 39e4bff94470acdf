import { describe, expect, test } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { batchNormLayer, initBatchNorm } from "../../src/nn/batch-norm-layer.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { add } from "../../src/tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "../autodiff/values.ts";

const columns = [
  [0.5, -1.5, 2, 3.25, -0.75, 4],
  [10, 12, 9.5, 10.25, 11, 8],
];
const x = tensor(
  columns[0]!.flatMap((a, i) => [a, columns[1]![i]!]),
  { shape: [3, 2, 1, 2] },
);
const n = 6;
// constants of the program are f32
const epsilon = Math.fround(1e-5);
const [kept, taken] = [Math.fround(0.9), Math.fround(0.1)];
const takenUnbiased = Math.fround((0.1 * n) / (n - 1));
const means = columns.map((column) => column.reduce((a, b) => a + b) / n);
const squares = columns.map((column, c) => column.reduce((a, b) => a + (b - means[c]!) ** 2, 0));

function expectClose(actual: unknown, expected: readonly number[], digits = 12): void {
  expected.forEach((value, i) => expect((actual as number[])[i]).toBeCloseTo(value, digits));
  expect(actual).toHaveLength(expected.length);
}

describe("batchNormLayer", () => {
  const params = { gamma: tensor([2, -1]), beta: tensor([0.5, 3]) };
  const stats = { mean: tensor([1, 2]), variance: tensor([4, 0.25]) };

  test("training: normalises with the biased variance, gathers the unbiased one", () => {
    const { y, stats: next } = batchNormLayer(params, stats, x, { train: true });
    const expected = columns[0]!.flatMap((_, i) =>
      columns.map((column, c) => {
        const scaled = (column[i]! - means[c]!) / Math.sqrt(squares[c]! / n + epsilon);
        return scaled * [2, -1][c]! + [0.5, 3][c]!;
      }),
    );
    expectClose(values(y), expected);
    expectClose(
      values(next.mean),
      [1, 2].map((running, c) => kept * running + taken * means[c]!),
    );
    expectClose(
      values(next.variance),
      [4, 0.25].map((running, c) => kept * running + (takenUnbiased * squares[c]!) / n),
    );
  });

  test("another momentum and epsilon", () => {
    const { y, stats: next } = batchNormLayer(params, stats, x, { train: true, momentum: 0.25, epsilon: 2 });
    expectClose(
      values(next.mean),
      [1, 2].map((running, c) => 0.75 * running + 0.25 * means[c]!),
    );
    const first = ((columns[0]![0]! - means[0]!) / Math.sqrt(squares[0]! / n + 2)) * 2 + 0.5;
    expect((values(y) as number[])[0]).toBeCloseTo(first, 12);
  });

  test("evaluation: normalises with the running statistics and leaves them", () => {
    const { y, stats: next } = batchNormLayer(params, stats, x, { train: false });
    expect(next).toBe(stats);
    const expected = columns[0]!.flatMap((_, i) => [
      ((columns[0]![i]! - 1) / Math.sqrt(4 + epsilon)) * 2 + 0.5,
      ((columns[1]![i]! - 2) / Math.sqrt(0.25 + epsilon)) * -1 + 3,
    ]);
    expectClose(values(y), expected);
  });

  test("the new statistics carry no gradient", () => {
    const loss = (input: AnyTensor): AnyTensor => {
      const { stats: next } = batchNormLayer(params, stats, input, { train: true });
      return add(sum(next.mean), sum(next.variance));
    };
    expect(values(grad(loss)(x))).toEqual(Array(12).fill(0));
  });

  test("one element a channel: the mean is that element, the variance 0", () => {
    const { y, stats: next } = batchNormLayer(params, stats, tensor([7, 8], { shape: [1, 2] }), { train: true });
    expectClose(values(y), [0.5, 3]);
    expectClose(values(next.variance), [kept * 4, kept * 0.25]);
  });

  test("starts as the identity for data of mean 0 and variance 1", () => {
    const fresh = initBatchNorm(2);
    const { y } = batchNormLayer(fresh.params, fresh.stats, tensor([[1, 2]]), { train: false, epsilon: 0 });
    expect(values(y)).toEqual([1, 2]);
  });
});
