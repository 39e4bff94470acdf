import { describe, expect, it } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import { apply } from "../../src/tensor/op.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { difference, directions, inner, magnitude, valuesOf } from "./float64.ts";
import { cases, sampleInputs, titled } from "./sampling.ts";

const isReal = (tensor: AnyTensor): boolean => tensor.dtype === "f32";

const passesNothing = ["stopGradient"]; // the only f32 → f32 op that may say: no gradient

describe("every VJP against central differences", () => {
  it.each(titled(cases()))("%s", (_, one) => {
    const { op, sample, seed } = one;
    const inputs = sampleInputs(sample, seed);
    const real = inputs.flatMap((input, i) => (isReal(input) ? [i] : []));
    const outputs = apply(op, inputs, sample.params).filter(isReal);
    const weights = directions(outputs, seed + 1000);
    const gradients = pullback(
      outputs,
      weights,
      real.map((i) => inputs[i]!),
    );
    if (op.vjp === null) {
      expect(gradients.every((gradient) => gradient === null)).toBe(true);
      expect(outputs.length > 0 && real.length > 0).toBe(passesNothing.includes(op.name));
      return;
    }
    const loss = (moved: readonly AnyTensor[]): AnyTensor =>
      inner(apply(op, moved, sample.params).filter(isReal), weights);
    real.forEach((index, k) => {
      const gradient = gradients[k] ?? null;
      if (gradient !== null) expect(gradient.shape).toEqual(inputs[index]!.shape);
      const [direction] = directions([inputs[index]!], seed + 2000 + index) as [AnyTensor];
      const values = gradient === null ? [] : valuesOf([gradient]);
      const expected = difference(loss, inputs, index, direction);
      const scale = 1 + magnitude(values, valuesOf([direction]));
      const given = valuesOf([inner([gradient], [direction])])[0]![0]!;
      expect(Math.abs(given - expected) / scale, `input ${index}: ${given}, differences ${expected}`).toBeLessThan(
        1e-7,
      );
    });
  });
});
