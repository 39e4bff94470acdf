import { describe, expect, test } from "vitest";
import { orthogonal } from "../../src/nn/orthogonal.ts";
import { stack } from "../../src/tensor/ops/concat.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { reshape } from "../../src/tensor/ops/reshape.ts";
import { transpose } from "../../src/tensor/ops/transpose.ts";
import { key, normal, split } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { valuesOf } from "../tensor/dense.ts";

const isIdentity = (product: AnyTensor): void => {
  const n = product.shape[0]!;
  valuesOf(product).forEach((value, i) => expect(value).toBeCloseTo(i % (n + 1) === 0 ? 1 : 0, 12));
};

describe("orthogonal", () => {
  test.each([
    [5, 3],
    [3, 5],
    [4, 4],
    [2, 2, 3, 5],
    [2, 1, 1, 4],
  ])("%o × %o …: orthonormal columns, or rows", (...shape) => {
    const q = orthogonal(key(3), shape);
    expect(q.shape).toEqual(shape);
    const columns = shape.at(-1)!;
    const matrix = reshape(q as AnyTensor, [-1, columns]) as AnyTensor;
    const rows = matrix.shape[0]!;
    isIdentity(rows < columns ? matmul(matrix, transpose(matrix)) : matmul(transpose(matrix), matrix));
  });

  test("the first column is that of the normal numbers, of length 1: JAX's layout", () => {
    const [x, q] = [valuesOf(normal(key(3), [3, 2])), valuesOf(orthogonal(key(3), [3, 2]))];
    const length = Math.hypot(x[0]!, x[2]!, x[4]!);
    [0, 2, 4].forEach((i) => expect(q[i]).toBeCloseTo(x[i]! / length, 6));
  });

  test("is uniform: entries have mean 0 and variance 1/n, and half the determinants are −1", () => {
    const count = 1000;
    const draws = valuesOf(stack(split(key(5), count).map((one) => orthogonal(one, [2, 2]) as AnyTensor)));
    for (let i = 0; i < 4; i++) {
      const entries = draws.filter((_, k) => k % 4 === i);
      const mean = entries.reduce((s, x) => s + x, 0) / count;
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(0.5 / count));
      // of cos² the variance is 1/8
      const square = entries.reduce((s, x) => s + x * x, 0) / count;
      expect(Math.abs(square - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 8 / count));
    }
    const turned = Array.from({ length: count }, (_, k) => draws.slice(4 * k, 4 * k + 4)).filter(
      ([a, b, c, d]) => a! * d! - b! * c! < 0,
    ).length;
    expect(Math.abs(turned / count - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / count));
  });

  test("refuses a vector's shape", () => {
    expect(() => orthogonal(key(1), [3])).toThrow("orthogonal: [3] is no matrix");
  });
});
