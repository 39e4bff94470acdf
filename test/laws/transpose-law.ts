import { expect } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import { apply1 } from "../../src/tensor/op.ts";
import { zeros } from "../../src/tensor/ops/creation.ts";
import { sub } from "../../src/tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { directions, inner, magnitude, valuesOf } from "./float64.ts";
import type { Case } from "./sampling.ts";
import { sampleInputs } from "./sampling.ts";

/**
 * A linear op and its VJP are transposes: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩. An op that fills with a constant is affine: its value at zero is taken
 * off.
 */
export function checkTransposed({ op, sample, seed }: Case): void {
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
}
