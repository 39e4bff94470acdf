import { describe, expect, test } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { key } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "../autodiff/values.ts";

const count = 20_000;
const x = tensor(Array(count).fill(3), { shape: [100, count / 100] });

describe("dropout", () => {
  test.each([0.25, 0.5, 0.9])("rate %f: drops that share and keeps the mean", (rate) => {
    const y = values(dropout(x, { rate, key: key(1), train: true })) as number[];
    const dropped = y.filter((v) => v === 0).length;
    const deviation = Math.sqrt(rate * (1 - rate) * count);
    expect(Math.abs(dropped - rate * count)).toBeLessThan(4 * deviation);
    const kept = 3 * Math.fround(1 / (1 - rate));
    expect(new Set(y)).toEqual(new Set([0, kept]));
    const mean = y.reduce((a, b) => a + b) / count;
    expect(Math.abs(mean - 3)).toBeLessThan((4 * kept * deviation) / count);
  });

  test("one key drops one set of elements, another key another", () => {
    const once = (seed: number): unknown => values(dropout(x, { rate: 0.5, key: key(seed), train: true }));
    expect(once(5)).toEqual(once(5));
    expect(once(5)).not.toEqual(once(6));
  });

  test("neighbours fall independently", () => {
    const y = values(dropout(x, { rate: 0.5, key: key(2), train: true })) as number[];
    const pairs = y.slice(1).filter((v, i) => v === 0 && y[i] === 0).length;
    expect(Math.abs(pairs - count / 4)).toBeLessThan(4 * Math.sqrt((count * 5) / 16)); // variance of overlapping pairs
  });

  test("the gradient passes where the value did", () => {
    const run = (input: AnyTensor): AnyTensor => dropout(input, { rate: 0.5, key: key(3), train: true });
    const g = values(grad((input: AnyTensor) => sum(run(input)))(x)) as number[];
    expect(g).toEqual((values(run(x)) as number[]).map((v) => (v === 0 ? 0 : 2)));
  });

  test("is the identity in evaluation and at rate 0", () => {
    expect(dropout(x, { rate: 0.5, key: key(1), train: false })).toBe(x);
    expect(dropout(x, { rate: 0, key: key(1), train: true })).toBe(x);
  });

  test("refuses rates outside [0, 1)", () => {
    for (const rate of [-0.1, 1, Number.NaN]) {
      expect(() => dropout(x, { rate, key: key(1), train: true })).toThrow(/rate is/);
    }
  });
});
