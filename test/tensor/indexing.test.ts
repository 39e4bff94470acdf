import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apply1 } from "../../src/tensor/op.ts";
import { gatherOp, scatterAddOp } from "../../src/tensor/ops/gather.ts";
import { add, argsort, gather, scatterAdd, sort, take, takeAlongAxis, topK } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { check, coordinatesOf, counting, placeOf, shapesWithAxis, tensorOf, valuesOf } from "./dense.ts";

const integers = (data: number[], shape?: number[]): AnyTensor =>
  tensor(Int32Array.from(data), { dtype: "i32", ...(shape ? { shape } : {}) });
/** The same values, not known when the op is applied. */
const hidden = (x: AnyTensor): AnyTensor => add(x, 0);

describe("gather and scatterAdd", () => {
  const arbitrary = shapesWithAxis
    .filter(({ shape }) => !shape.includes(0))
    .chain((at) => {
      const axis = at.axis < 0 ? at.axis + at.shape.length : at.axis;
      return fc.record({
        at: fc.constant({ shape: at.shape, axis }),
        indices: fc.array(fc.nat(at.shape[axis]! - 1), { maxLength: 5 }),
      });
    });

  it("gather replaces the axis by the indices'", () => {
    check(arbitrary, ({ at: { shape, axis }, indices }) => {
      const y = gather(counting(shape), integers(indices), { axis });
      const expected = coordinatesOf(y.shape).map((c) =>
        placeOf(
          shape,
          c.map((i, k) => (k === axis ? indices[i]! : i)),
        ),
      );
      expect(valuesOf(y)).toEqual(expected);
    });
  });

  it("scatterAdd adds up duplicates", () => {
    check(arbitrary, ({ at: { shape, axis }, indices }) => {
      const from = shape.map((n, k) => (k === axis ? indices.length : n));
      const y = scatterAdd(counting(from), integers(indices), { axis, size: shape[axis]! });
      const expected = new Array<number>(valuesOf(y).length).fill(0);
      coordinatesOf(from).forEach((c, i) => {
        expected[
          placeOf(
            shape,
            c.map((j, k) => (k === axis ? indices[j]! : j)),
          )
        ]! += i;
      });
      expect(valuesOf(y)).toEqual(expected);
    });
  });

  it("take indices of any rank, none included", () => {
    expect(valuesOf(gather(counting([3, 2]), integers([2, 0, 1, 1], [2, 2])))).toEqual([4, 5, 0, 1, 2, 3, 2, 3]);
    expect(gather(counting([3, 2]), integers([1], []), { axis: 1 }).shape).toEqual([3]);
    expect(take).toBe(gather);
  });

  it("refuse indices out of range that the host knows, and read 0 or add nothing otherwise", () => {
    expect(() => gather(counting([3]), integers([3]))).toThrow("gather: index 3 is outside 0 … 2");
    expect(() => gather(counting([3]), integers([-1]))).toThrow("gather: index -1 is outside 0 … 2");
    expect(() => scatterAdd(counting([1]), integers([4]), { size: 4 })).toThrow("scatterAdd: index 4 is outside 0 … 3");
    const wild = hidden(integers([-1, 1, 3, 2 ** 31 - 1]));
    expect(valuesOf(apply1(gatherOp, [tensor([7, 8, 9]), wild], { axis: 0 }))).toEqual([0, 8, 0, 0]);
    expect(valuesOf(apply1(scatterAddOp, [tensor([1, 2, 3, 4]), wild], { axis: 0, size: 3 }))).toEqual([0, 2, 0]);
  });

  it("gather other dtypes", () => {
    expect(gather(tensor([1, 0], { dtype: "bool" }), integers([1])).dtype).toBe("bool");
    expect(() => gather(tensor([1, 0], { dtype: "u8" }), integers([1]))).toThrow("u8 is for storage");
    expect(() => gather(counting([2]), tensor([0]))).toThrow("gather: takes i32, not f32");
  });
});

describe("takeAlongAxis", () => {
  it("picks along one axis and broadcasts beside it", () => {
    const x = counting([2, 3]);
    expect(valuesOf(takeAlongAxis(x, integers([2, 0], [2, 1]), { axis: 1 }))).toEqual([2, 3]);
    expect(valuesOf(takeAlongAxis(x, integers([1, 1], [1, 2]), { axis: -1 }))).toEqual([1, 1, 4, 4]);
    expect(() => takeAlongAxis(x, integers([0]), { axis: 1 })).toThrow("takeAlongAxis: ranks differ");
    expect(() => takeAlongAxis(x, integers([0, 3], [2, 1]), { axis: 1 })).toThrow("index 3 is outside 0 … 2");
  });
});

describe("sort", () => {
  it("sorts along any axis, both ways, and argsort is stable", () => {
    const arbitrary = shapesWithAxis.chain(({ shape, axis }) =>
      fc.record({ x: tensorOf(shape), axis: fc.constant(axis), descending: fc.boolean() }),
    );
    check(arbitrary, ({ x, axis, descending }) => {
      const k = axis < 0 ? axis + x.shape.length : axis;
      const data = valuesOf(x);
      const [values, places] = [valuesOf(sort(x, { axis, descending })), valuesOf(argsort(x, { axis, descending }))];
      for (const at of coordinatesOf(x.shape.map((n, i) => (i === k ? Math.min(n, 1) : n)))) {
        const line = Array.from({ length: x.shape[k]! }, (_, i) =>
          placeOf(
            x.shape,
            at.map((c, j) => (j === k ? i : c)),
          ),
        );
        const order = line
          .map((_, i) => i)
          .sort((a, b) => (descending ? -1 : 1) * (data[line[a]!]! - data[line[b]!]!) || a - b);
        expect(line.map((p) => places[p])).toEqual(order);
        expect(line.map((p) => values[p])).toEqual(order.map((i) => data[line[i]!]));
      }
    });
  });

  it("topK takes the first of equal elements", () => {
    const { values, indices } = topK(
      tensor([
        [3, 9, 9, 1],
        [4, 4, 4, 4],
      ]),
      { k: 2 },
    );
    expect(valuesOf(values)).toEqual([9, 9, 4, 4]);
    expect(valuesOf(indices)).toEqual([1, 2, 0, 1]);
    expect(() => topK(tensor([1]), { k: 2 })).toThrow("topK: k is 2, axis 0 has 1 elements");
  });

  it("sorts unsigned words", () => {
    expect(valuesOf(sort(tensor([2 ** 32 - 1, 0, 2 ** 31], { dtype: "u32" })))).toEqual([0, 2 ** 31, 2 ** 32 - 1]);
  });
});
