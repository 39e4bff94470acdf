import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  broadcastTo,
  concat,
  diagonal,
  expandDims,
  flip,
  pad,
  reshape,
  roll,
  slice,
  squeeze,
  stack,
  tile,
  transpose,
} from "../../src/tensor/ops/index.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { check, coordinatesOf, counting, placeOf, shapes, shapesWithAxis, valuesOf } from "./dense.ts";

/** Places that a layout op must read, given where each output coordinate comes from. */
function expectReads(
  y: ReturnType<typeof counting>,
  from: readonly number[],
  source: (at: number[]) => readonly number[],
): void {
  expect(valuesOf(y)).toEqual(coordinatesOf(y.shape).map((at) => placeOf(from, source(at))));
}

/** Python's list(range(n))[start:stop:step]. */
function pythonRange(n: number, start: number | undefined, stop: number | undefined, step: number): number[] {
  const clampTo = (p: number, low: number, high: number): number => Math.min(Math.max(p < 0 ? p + n : p, low), high);
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
  const first = start === undefined ? (step > 0 ? 0 : n - 1) : clampTo(start, low, high);
  const last = stop === undefined ? (step > 0 ? n : -1) : clampTo(stop, low, high);
  const list: number[] = [];
  for (let i = first; step > 0 ? i < last : i > last; i += step) list.push(i);
  return list;
}

const position = fc.option(fc.integer({ min: -6, max: 6 }), { nil: undefined });
const steps = fc.constantFrom(1, 2, 3, -1, -2);

describe("layout ops read the right elements", () => {
  it("slice, as Python", () => {
    const arbitrary = shapesWithAxis.chain((at) =>
      fc.record({ at: fc.constant(at), start: position, stop: position, step: steps }),
    );
    check(arbitrary, ({ at: { shape, axis }, start, stop, step }) => {
      const y = slice(counting(shape), {
        axis,
        step,
        ...(start === undefined ? {} : { start }),
        ...(stop === undefined ? {} : { stop }),
      });
      const k = axis < 0 ? axis + shape.length : axis;
      const kept = pythonRange(shape[k]!, start, stop, step);
      expect(y.shape).toEqual(shape.map((n, i) => (i === k ? kept.length : n)));
      expectReads(y, shape, (c) => c.map((i, j) => (j === k ? kept[i]! : i)));
    });
  });

  it("slice, several axes at once", () => {
    const y = slice(counting([4, 5]), { start: [1, -1], stop: [3, undefined], step: [1, -2] });
    expect(y.shape).toEqual([2, 3]);
    expect(valuesOf(y)).toEqual([9, 7, 5, 14, 12, 10]);
    expect(valuesOf(slice(counting([4, 5]), { start: 1, stop: 3 }))).toEqual([6, 7, 11, 12]);
  });

  it("flip", () => {
    check(shapesWithAxis, ({ shape, axis }) => {
      const k = axis < 0 ? axis + shape.length : axis;
      expectReads(flip(counting(shape), { axis }), shape, (c) => c.map((i, j) => (j === k ? shape[j]! - 1 - i : i)));
    });
    expect(valuesOf(flip(counting([2, 2])))).toEqual([3, 2, 1, 0]);
  });

  it("roll", () => {
    check(fc.tuple(shapesWithAxis, fc.integer({ min: -7, max: 7 })), ([{ shape, axis }, shift]) => {
      const k = axis < 0 ? axis + shape.length : axis;
      const y = roll(counting(shape), { axis, shift });
      expectReads(y, shape, (c) =>
        c.map((i, j) => (j === k ? (((i - shift) % shape[j]!) + shape[j]!) % shape[j]! : i)),
      );
    });
  });

  it("pad", () => {
    const sides = fc.tuple(fc.nat(3), fc.nat(3));
    const arbitrary = shapes(0, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        padding: fc.array(sides, { minLength: shape.length, maxLength: shape.length }),
      }),
    );
    check(arbitrary, ({ shape, padding }) => {
      const y = pad(counting(shape), { padding, value: -1 });
      expect(y.shape).toEqual(shape.map((n, axis) => n + padding[axis]![0] + padding[axis]![1]));
      const expected = coordinatesOf(y.shape).map((c) => {
        const at = c.map((i, axis) => i - padding[axis]![0]);
        return at.every((i, axis) => i >= 0 && i < shape[axis]!) ? placeOf(shape, at) : -1;
      });
      expect(valuesOf(y)).toEqual(expected);
    });
  });

  it("concat, of up to twenty parts", () => {
    const arbitrary = shapesWithAxis.chain((at) =>
      fc.record({ at: fc.constant(at), sizes: fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }) }),
    );
    check(
      arbitrary,
      ({ at: { shape, axis }, sizes }) => {
        const k = axis < 0 ? axis + shape.length : axis;
        const whole = counting(shape.map((n, i) => (i === k ? sizes.reduce((a, b) => a + b, 0) : n)));
        let from = 0;
        const parts = sizes.map((size) => {
          const start = from;
          from += size;
          return slice(whole, { axis, start, stop: from });
        });
        const y = concat(parts, { axis });
        expect(y.shape).toEqual(whole.shape);
        expect(valuesOf(y)).toEqual(valuesOf(whole));
      },
      50,
    );
  });

  it("stack", () => {
    const [a, b] = [counting([2, 2]), flip(counting([2, 2]))];
    expect(valuesOf(stack([a, b]))).toEqual([0, 1, 2, 3, 3, 2, 1, 0]);
    expect(valuesOf(stack([a, b], { axis: -1 }))).toEqual([0, 3, 1, 2, 2, 1, 3, 0]);
  });

  it("tile", () => {
    const arbitrary = shapes(0, 3).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        repeats: fc.array(fc.nat(3), { minLength: shape.length, maxLength: shape.length }),
      }),
    );
    check(arbitrary, ({ shape, repeats }) => {
      expectReads(tile(counting(shape), { repeats }), shape, (c) => c.map((i, axis) => i % shape[axis]!));
    });
  });

  it("diagonal, of every pair of axes", () => {
    const arbitrary = shapes(2, 5).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axes: fc.uniqueArray(fc.integer({ min: 0, max: shape.length - 1 }), { minLength: 2, maxLength: 2 }),
      }),
    );
    check(arbitrary, ({ shape, axes }) => {
      const y = diagonal(counting(shape), { axes: [axes[0]!, axes[1]!] });
      expectReads(y, shape, (c) => {
        const rest = c.slice(0, -1);
        return shape.map((_, axis) => (axes.includes(axis) ? c[c.length - 1]! : rest.shift()!));
      });
    });
  });

  it("transpose", () => {
    const arbitrary = shapes(0, 6).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axes: fc.shuffledSubarray(
          shape.map((_, i) => i),
          { minLength: shape.length },
        ),
      }),
    );
    check(arbitrary, ({ shape, axes }) => {
      expectReads(transpose(counting(shape), { axes }), shape, (c) => shape.map((_, axis) => c[axes.indexOf(axis)]!));
    });
  });

  it("broadcastTo", () => {
    const arbitrary = shapes(0, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        ones: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
        drop: fc.nat(shape.length),
      }),
    );
    check(arbitrary, ({ shape, ones, drop }) => {
      const from = shape.map((n, axis) => (ones[axis] ? 1 : n)).slice(drop);
      expectReads(broadcastTo(counting(from), shape), from, (c) =>
        c.slice(drop).map((i, axis) => (from[axis] === 1 ? 0 : i)),
      );
    });
  });

  it("reshape, squeeze and expandDims keep the order", () => {
    expect(reshape(counting([2, 6]), [3, -1]).shape).toEqual([3, 4]);
    expect(squeeze(counting([1, 3, 1])).shape).toEqual([3]);
    expect(squeeze(counting([1, 3, 1]), { axis: -1 }).shape).toEqual([1, 3]);
    expect(expandDims(counting([3]), { axis: -1 }).shape).toEqual([3, 1]);
    expect(expandDims(counting([]), { axis: 0 }).shape).toEqual([1]);
    expect(valuesOf(reshape(counting([2, 3]), [3, 2]))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("every dtype moves unchanged", () => {
    for (const dtype of ["i32", "u32", "bool", "f16", "u8"] as const) {
      const x = tensor([1, 0, 1, 1], { dtype });
      const y = concat([flip(x), pad(x, { padding: [[1, 0]] })]);
      expect(y.dtype).toBe(dtype);
      expect(valuesOf(y)).toEqual([1, 1, 0, 1, 0, 1, 0, 1, 1]);
    }
  });
});
