import { describe, expect, it } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import { apply } from "../../src/tensor/op.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { directions, inner, valuesOf } from "./float64.ts";
import { cases, sampleInputs, titled } from "./sampling.ts";

const isReal = (tensor: AnyTensor): boolean => tensor.dtype === "f32";

const tolerance = 2 ** -23; // numbers in formulas, such as 1/n, are f32 values

describe("a fused record is its expansion", () => {
  const fused = cases().filter(({ op }) => op.expand !== undefined && op.vjp !== null);
  it.each(titled(fused))("%s: values and the first two derivatives", (_, { op, sample, seed }) => {
    const inputs = sampleInputs(sample, seed);
    const real = inputs.filter(isReal);
    const [first, second] = [apply(op, inputs, sample.params), op.expand!(inputs, sample.params)].map((outputs) => {
      const values = outputs.filter(isReal);
      const weights = directions(values, seed + 1000);
      const gradients = pullback(values, weights, real);
      const slope = inner(gradients, directions(real, seed + 3000));
      const curvature = pullback([slope], directions([slope], 1), real);
      const zero = directions(real, 0).map((d) => inner([d], [d]));
      return valuesOf([
        ...outputs,
        ...gradients.map((g, i) => g ?? zero[i]!),
        ...curvature.map((g, i) => g ?? zero[i]!),
      ]);
    });
    first!.forEach((data, k) => {
      const scale = 1 + Math.max(0, ...Array.from(data, Math.abs));
      data.forEach((value, i) => expect(Math.abs(value - second![k]![i]!) / scale).toBeLessThan(tolerance));
    });
  });
});
