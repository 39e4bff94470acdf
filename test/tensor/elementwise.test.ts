import { describe, expect, it } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import * as ops from "../../src/tensor/ops/index.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { valuesOf } from "./dense.ts";

/** Values and gradient of Σ f(x). */
function both(f: (x: AnyTensor) => AnyTensor, data: number[]): { values: number[]; gradient: number[] } {
  const x = tensor(data);
  const y = f(x);
  const [g] = pullback([y], [ops.ones(y.shape)], [x]);
  return { values: valuesOf(y), gradient: g === null ? data.map(() => 0) : valuesOf(g!) };
}

describe("activations at their kinks", () => {
  it("relu has PyTorch's gradient, 0 at 0", () => {
    expect(both(ops.relu, [-1, 0, 2])).toEqual({ values: [0, 0, 2], gradient: [0, 0, 1] });
  });

  it("leakyRelu has its slope at 0", () => {
    const { gradient } = both((x) => ops.leakyRelu(x, { slope: 0.25 }), [-1, 0, 2]);
    expect(gradient).toEqual([0.25, 0.25, 1]);
  });

  it("clip gives the gradient to x at the bounds", () => {
    const clipped = (x: AnyTensor): AnyTensor => ops.clip(x, { min: -1, max: 1 });
    expect(both(clipped, [-2, -1, 0, 1, 2])).toEqual({ values: [-1, -1, 0, 1, 1], gradient: [0, 1, 1, 1, 0] });
    expect(valuesOf(ops.clip(tensor([5]), { min: 3, max: 2 }))).toEqual([2]);
    expect(() => ops.clip(tensor([1]), {})).toThrow("clip: no bound given");
  });

  it("abs and sign have gradient 0 at 0; a tie of maximum goes to the first operand", () => {
    expect(both(ops.abs, [0]).gradient).toEqual([0]);
    expect(both((x) => ops.maximum(x, 1), [1]).gradient).toEqual([1]);
    expect(both((x) => ops.maximum(1, x), [1]).gradient).toEqual([0]);
    expect(both((x) => ops.minimum(x, 1), [1]).gradient).toEqual([1]);
  });
});

describe("functions keep their accuracy", () => {
  it("gelu and logSigmoid", () => {
    // Φ(1) = 0.8413447460685429
    expect(valuesOf(ops.gelu(tensor([1, -1])))[0]).toBeCloseTo(0.8413447460685429, 7);
    const logSigmoid = valuesOf(ops.logSigmoid(tensor([-1e4, 0, 1e4])));
    expect(logSigmoid).toEqual([-1e4, -Math.LN2, 0]);
    expect(both(ops.logSigmoid, [-1e4, 1e4]).gradient).toEqual([1, 0]);
  });

  it("erf against tables, erfInv against erf", () => {
    // Abramowitz & Stegun, table 7.1
    const known = [
      [0.5, 0.5204998778],
      [1, 0.8427007929],
      [2, 0.995322265],
      [3, 0.9999779095],
    ] as const;
    for (const [x, y] of known) {
      expect(valuesOf(ops.erf(tensor([x, -x])))).toEqual([expect.closeTo(y, 10), expect.closeTo(-y, 10)]);
    }
    const x = [-0.999, -0.5, 0, 1e-6, 0.3, 0.99].map(Math.fround);
    valuesOf(ops.erf(ops.erfInv(tensor(x)))).forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 14));
    expect(valuesOf(ops.erfInv(tensor([1, -1])))).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });

  it("softplus, sigmoid, tanh, expm1, log1p at the ends", () => {
    expect(valuesOf(ops.softplus(tensor([-1e3, 1e3])))).toEqual([0, 1e3]);
    expect(valuesOf(ops.sigmoid(tensor([-1e3, 1e3])))).toEqual([0, 1]);
    expect(valuesOf(ops.tanh(tensor([-1e3, 1e3])))).toEqual([-1, 1]);
    expect(valuesOf(ops.expm1(tensor([2 ** -30])))[0]).toBeCloseTo(2 ** -30, 18);
    expect(valuesOf(ops.log1p(tensor([2 ** -30])))[0]).toBeCloseTo(2 ** -30, 18);
    expect(valuesOf(ops.round(tensor([0.5, 1.5, -0.5, -1.5, 2.4])))).toEqual([0, 2, 0, -2, 2]);
  });

  it("pow of a negative base, and at zero", () => {
    expect(valuesOf(ops.pow(tensor([-2, -2, 0, 0]), tensor([3, 2, 0, 2])))).toEqual([-8, 4, 1, 0]);
    expect(both((x) => ops.pow(x, 2), [0, -3]).gradient).toEqual([0, -6]);
  });
});

describe("integers", () => {
  const integers = (data: number[]): AnyTensor => tensor(data, { dtype: "i32" });
  const words = (data: number[]): AnyTensor => tensor(data, { dtype: "u32" });

  it("wrap", () => {
    expect(valuesOf(ops.add(integers([2 ** 31 - 1]), 1))).toEqual([-(2 ** 31)]);
    expect(valuesOf(ops.mul(words([65537]), 65537))).toEqual([131073]);
    expect(valuesOf(ops.sub(words([0]), 1))).toEqual([2 ** 32 - 1]);
    expect(valuesOf(ops.square(integers([65536])))).toEqual([0]);
  });

  it("mod has the sign of the divisor, floorDiv rounds down, both give 0 for divisor 0", () => {
    expect(valuesOf(ops.mod(integers([7, -7, 7, -7, 5]), integers([3, 3, -3, -3, 0])))).toEqual([1, 2, -2, -1, 0]);
    expect(valuesOf(ops.floorDiv(integers([7, -7, 7, -7, 5]), integers([3, 3, -3, -3, 0])))).toEqual([2, -3, -3, 2, 0]);
    expect(valuesOf(ops.mod(tensor([-0.5]), 2))).toEqual([1.5]);
  });

  it("bits", () => {
    expect(valuesOf(ops.bitXor(words([0b1100]), 0b1010))).toEqual([0b0110]);
    expect(valuesOf(ops.bitAnd(integers([-1]), 255))).toEqual([255]);
    expect(valuesOf(ops.bitOr(integers([4]), 1))).toEqual([5]);
    expect(valuesOf(ops.shiftRight(integers([-8]), 1))).toEqual([-4]);
    expect(valuesOf(ops.shiftRight(words([2 ** 31]), 31))).toEqual([1]);
    expect(valuesOf(ops.shiftLeft(words([1]), 31))).toEqual([2 ** 31]);
  });

  it("compare, and bools combine", () => {
    const less = ops.less(words([1, 2 ** 31]), words([2, 1]));
    expect(less.dtype).toBe("bool");
    expect(valuesOf(ops.logicalAnd(less, ops.logicalNot(less)))).toEqual([0, 0]);
    expect(valuesOf(ops.where(less, words([7, 8]), 9))).toEqual([7, 9]);
    expect(valuesOf(ops.isFinite(tensor([1, Number.NaN, Number.POSITIVE_INFINITY])))).toEqual([1, 0, 0]);
  });
});

describe("broadcasting", () => {
  it("covers ranks 0 to 6, sizes 1 and 0", () => {
    const wide = ops.ones([2, 1, 2, 1, 2, 1]);
    const y = ops.add(wide, ops.ones([3, 1, 3, 1, 3]));
    expect(y.shape).toEqual([2, 3, 2, 3, 2, 3]);
    expect(valuesOf(y).every((v) => v === 2)).toBe(true);
    expect(ops.add(tensor(1), tensor(2)).shape).toEqual([]);
    expect(ops.add(ops.ones([0, 1]), ops.ones([4])).shape).toEqual([0, 4]);
  });

  it("sums the gradient over what was repeated", () => {
    const [x, bias] = [ops.ones([4, 3]), tensor([1, 2, 3])];
    const y = ops.mul(x, bias);
    const [g] = pullback([y], [ops.ones([4, 3])], [bias]);
    expect(valuesOf(g!)).toEqual([4, 4, 4]);
  });
});

describe("precision", () => {
  it("f32 rounds after each op, f64 does not", () => {
    const y = ops.sub(ops.add(tensor([1]), 2 ** -30), 1);
    expect(valuesOf(y)).toEqual([2 ** -30]);
    expect(valuesOf(evaluateReference(y, { precision: "f32" }))).toEqual([0]);
  });
});
