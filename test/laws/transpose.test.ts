import { describe, expect, it } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import { apply1 } from "../../src/tensor/op.ts";
import { zeros } from "../../src/tensor/ops/creation.ts";
import { sub } from "../../src/tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { directions, inner, magnitude, valuesOf } from "./float64.ts";
import { cases, sampleInputs, titled } from "./sampling.ts";

describe("linear ops and their transposes", () => {
  // an op that fills with a constant is affine: its value at zero is taken off
  it.each(titled(cases().filter(({ op }) => op.linear !== undefined)))(
    "%s: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩",
    (_, { op, sample, seed }) => {
      const inputs = sampleInputs(sample, seed);
      const linear = op.linear!.map((index) => inputs[index]!);
      const atZero = inputs.map((input, i) => (op.linear!.includes(i) ? zeros(input.shape) : input));
      const image = apply1(op, inputs, sample.params);
      const [y] = directions([image], seed + 1000) as [AnyTensor];
      const back = pullback([image], [y], linear).map((g, i) => g ?? zeros(linear[i]!.shape));
      const forward = sub(image, apply1(op, atZero, sample.params));
      const [left, right] = valuesOf([inner([forward], [y]), inner(back, linear)]).map((data) => data[0]!) as [
        number,
        number,
      ];
      const scale = 1 + magnitude(valuesOf(back), valuesOf(linear));
      expect(Math.abs(left - right) / scale, `${left} and ${right}`).toBeLessThan(1e-13);
    },
  );
});
