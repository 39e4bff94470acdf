import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import {
  all,
  any,
  argmax,
  argmin,
  cumsum,
  logMeanExp,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  prod,
  scatterAdd,
  softmax,
  sum,
  variance,
} from "../../src/tensor/ops/index.ts";
import type { Reduction } from "../../src/tensor/ops/signatures.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { check, coordinatesOf, counting, placeOf, shapes, tensorOf, valuesOf } from "./dense.ts";

const cases = (low: number): fc.Arbitrary<{ x: AnyTensor; axis: number[]; keepDims: boolean }> =>
  shapes(low, 6)
    .filter((shape) => !shape.includes(0))
    .chain((shape) =>
      fc.record({
        x: tensorOf(shape),
        axis: fc
          .subarray(shape.map((_, i) => i))
          .chain((axes) => fc.constant(axes.map((a, i) => (i % 2 ? a - shape.length : a)))),
        keepDims: fc.boolean(),
      }),
    );

/** Groups the elements by their coordinate on the axes that stay. */
function groups(x: AnyTensor, axis: readonly number[]): number[][] {
  const axes = axis.map((a) => (a < 0 ? a + x.shape.length : a));
  const kept = x.shape.filter((_, i) => !axes.includes(i));
  const lists: number[][] = coordinatesOf(kept).map(() => []);
  const data = valuesOf(x);
  for (const at of coordinatesOf(x.shape)) {
    lists[
      placeOf(
        kept,
        at.filter((_, i) => !axes.includes(i)),
      )
    ]!.push(data[placeOf(x.shape, at)]!);
  }
  return lists;
}

const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const average = (list: readonly number[]): number => total(list) / list.length;

const definitions: [string, Reduction, (list: readonly number[]) => number][] = [
  ["sum", sum, total],
  ["prod", prod, (list) => list.reduce((a, b) => a * b, 1)],
  ["max", max, (list) => Math.max(...list)],
  ["min", min, (list) => Math.min(...list)],
  ["mean", mean, average],
  ["variance", variance, (list) => average(list.map((v) => (v - average(list)) ** 2))],
  ["argmax", argmax as Reduction, (list) => list.indexOf(Math.max(...list))],
  ["argmin", argmin as Reduction, (list) => list.indexOf(Math.min(...list))],
  ["logSumExp", logSumExp, (list) => Math.log(total(list.map(Math.exp)))],
  ["logMeanExp", logMeanExp, (list) => Math.log(average(list.map(Math.exp)))],
];

describe("reductions", () => {
  it.each(definitions)("%s is its definition over any axes", (_, reduce, definition) => {
    check(
      cases(0),
      ({ x, axis, keepDims }) => {
        const y = reduce(x, { axis, keepDims }) as AnyTensor;
        const axes = axis.map((a) => (a < 0 ? a + x.shape.length : a));
        const shape = x.shape.flatMap((n, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [n]));
        expect(y.shape).toEqual(shape);
        const expected = groups(x, axis).map(definition);
        // numbers in a formula, such as ln n, are f32 values
        valuesOf(y).forEach((value, i) =>
          expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(expected[i]!))),
        );
      },
      60,
    );
  });

  it("any and all", () => {
    const x = tensor(
      [
        [1, 0],
        [1, 1],
      ],
      { dtype: "bool" },
    );
    expect(valuesOf(any(x, { axis: 1 }))).toEqual([1, 1]);
    expect(valuesOf(all(x, { axis: 0 }))).toEqual([1, 0]);
    expect(valuesOf(all(x))).toEqual([0]);
  });

  it("have a neutral element over nothing, or refuse it", () => {
    const empty = counting([2, 0]);
    expect(valuesOf(sum(empty, { axis: 1 }))).toEqual([0, 0]);
    expect(valuesOf(prod(empty, { axis: 1 }))).toEqual([1, 1]);
    expect(valuesOf(logSumExp(empty, { axis: 1 }))).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    for (const reduce of [max, min, mean, variance, argmax, argmin, logMeanExp] as Reduction[]) {
      expect(() => reduce(empty, { axis: 1 })).toThrow(/of no elements/);
    }
    const none = tensor(new Uint32Array(0), { dtype: "bool" });
    expect([valuesOf(any(none)), valuesOf(all(none))]).toEqual([[0], [1]]);
  });

  it("wrap sums of integers that no double holds", async () => {
    const n = 5_000_001; // n · (2³¹ − 1) is above 2⁵³
    const large = tensor(new Int32Array(n).fill(2 ** 31 - 1)) as AnyTensor;
    const wrapped = Number(BigInt.asIntN(32, BigInt(n) * BigInt(2 ** 31 - 1)));
    const running = cumsum(large as never) as AnyTensor;
    for (const precision of ["f32", "f64"] as const) {
      const [total, sums] = evaluateReference([sum(large), running], { precision });
      expect(await total!.item()).toBe(wrapped);
      expect((await sums!.data())[n - 1]).toBe(wrapped);
    }
    const unsigned = tensor(new Uint32Array(n).fill(2 ** 32 - 1)) as AnyTensor;
    expect(await evaluateReference(sum(unsigned)).item()).toBe(2 ** 32 - n);
  });

  it("lose no digits of many f32 terms, scattered ones too", async () => {
    const n = 10 ** 6;
    const [x, at] = [tensor(new Float32Array(n).fill(0.1)), tensor(new Int32Array(n))] as AnyTensor[];
    const exact = Math.fround(n * Math.fround(0.1));
    const [total, scattered] = evaluateReference([sum(x!), scatterAdd(x!, at!, { size: 1 })], { precision: "f32" });
    expect([await total!.item(), await scattered!.item()]).toEqual([exact, exact]);
  });

  it("reduce integers, which wrap", () => {
    const x = tensor([2 ** 31 - 1, 1], { dtype: "i32" });
    expect(valuesOf(sum(x))).toEqual([-(2 ** 31)]);
    expect(valuesOf(cumsum(x))).toEqual([2 ** 31 - 1, -(2 ** 31)]);
    expect(valuesOf(prod(tensor([65536, 65537], { dtype: "u32" })))).toEqual([65536]);
    expect(valuesOf(max(tensor([3, 2 ** 32 - 1], { dtype: "u32" })))).toEqual([2 ** 32 - 1]);
  });

  it("give the gradient at a tie to the first extremum", () => {
    const x = tensor([2, 5, 5, 1]);
    const [g] = pullback([max(x)], [tensor(1)], [x]);
    expect(valuesOf(g!)).toEqual([0, 1, 0, 0]);
    const [h] = pullback([min(tensor([1, 1]))], [tensor(1)], [x]);
    expect(h).toBeNull();
  });

  it("prod has the right first and second derivative with one and with two zeros", () => {
    for (const data of [
      [2, 0, 3],
      [0, 4, 0],
      [2, 3, 4],
    ]) {
      const x = tensor(data);
      const [g] = pullback([prod(x)], [tensor(1)], [x]);
      const others = data.map((_, i) => data.reduce((p, v, k) => (k === i ? p : p * v), 1));
      expect(valuesOf(g!)).toEqual(others);
      const [h] = pullback([sum(g!)], [tensor(1)], [x]);
      const second = data.map((_, i) =>
        total(data.map((__, j) => (i === j ? 0 : data.reduce((p, v, k) => (k === i || k === j ? p : p * v), 1)))),
      );
      expect(valuesOf(h!)).toEqual(second);
    }
  });
});

describe("exponentials without overflow", () => {
  it("logSumExp counts −∞ as nothing, with gradient 0, and stands 1e4", () => {
    const x = tensor([
      [1e4, 1e4],
      [Number.NEGATIVE_INFINITY, 2],
      [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ]);
    const y = logSumExp(x, { axis: 1 });
    expect(valuesOf(y)).toEqual([1e4 + Math.log(2), 2, Number.NEGATIVE_INFINITY]);
    const [g] = pullback([y], [tensor([1, 1, 1])], [x]);
    expect(valuesOf(g!).map((v) => Math.round(v * 1e9) / 1e9)).toEqual([0.5, 0.5, 0, 1, 0, 0]);
  });

  it("softmax and logSoftmax agree, sum to one, and do not feel a shift", () => {
    check(
      shapes(1, 4)
        .filter((s) => !s.includes(0))
        .chain(tensorOf),
      (x) => {
        const p = valuesOf(softmax(x, { axis: 0 }));
        valuesOf(sum(softmax(x, { axis: 0 }), { axis: 0 })).forEach((one) => expect(one).toBeCloseTo(1, 12));
        valuesOf(logSoftmax(x, { axis: 0 })).forEach((log, i) => expect(Math.exp(log)).toBeCloseTo(p[i]!, 12));
      },
      40,
    );
    expect(valuesOf(softmax(tensor([1e30, 0])))).toEqual([1, 0]);
  });

  it("cumsum runs both ways along any axis", () => {
    expect(valuesOf(cumsum(counting([2, 3]), { axis: -1 }))).toEqual([0, 1, 3, 3, 7, 12]);
    expect(valuesOf(cumsum(counting([2, 3]), { axis: 0, reverse: true }))).toEqual([3, 5, 7, 3, 4, 5]);
  });
});
