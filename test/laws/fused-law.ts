import { expect } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import { apply } from "../../src/tensor/op.ts";
import { directions, inner, valuesOf } from "./float64.ts";
import type { Case } from "./sampling.ts";
import { isReal, sampleInputs } from "./sampling.ts";

const tolerance = 2 ** -23; // numbers in formulas, such as 1/n, are f32 values

/** A fused record is its expansion: values and the first two derivatives. */
export function checkFused({ op, sample, seed }: Case): void {
  const inputs = sampleInputs(sample, seed);
  const real = inputs.filter(isReal);
  const [first, second] = [apply(op, inputs, sample.params), op.expand!(inputs, sample.params)].map((outputs) => {
    const values = outputs.filter(isReal);
    const weights = directions(values, seed + 1000);
    const gradients = pullback(values, weights, real);
    const slope = inner(gradients, directions(real, seed + 3000));
    const curvature = pullback([slope], directions([slope], 1), real);
    const zero = directions(real, 0).map((d) => inner([d], [d]));
    return valuesOf([...outputs, ...gradients.map((g, i) => g ?? zero[i]!), ...curvature.map((g, i) => g ?? zero[i]!)]);
  });
  first!.forEach((data, k) => {
    const scale = 1 + Math.max(0, ...Array.from(data, Math.abs));
    data.forEach((value, i) => expect(Math.abs(value - second![k]![i]!) / scale).toBeLessThan(tolerance));
  });
}
