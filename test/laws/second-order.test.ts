import { describe, expect, it } from "vitest";
import { pullback } from "../../src/autodiff/pullback.ts";
import { apply } from "../../src/tensor/op.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { difference, directions, inner, magnitude, valuesOf } from "./float64.ts";
import { cases, sampleInputs, titled } from "./sampling.ts";

const isReal = (tensor: AnyTensor): boolean => tensor.dtype === "f32";

describe("gradients of gradients against central differences", () => {
  it.each(titled(cases().filter(({ op }) => op.vjp !== null)))("%s", (_, { op, sample, seed }) => {
    const inputs = sampleInputs(sample, seed);
    const outputs = apply(op, inputs, sample.params).filter(isReal);
    const real = inputs.filter(isReal);
    if (outputs.length === 0 || real.length === 0) return;
    const weights = directions(outputs, seed + 1000);
    const probes = directions(real, seed + 3000);
    /** Σ ⟨gradient, probe⟩ as a function of the inputs and of the cotangents. */
    const slope = (point: readonly AnyTensor[]): AnyTensor => {
      const moved = point.slice(0, inputs.length);
      const values = apply(op, moved, sample.params).filter(isReal);
      return inner(pullback(values, point.slice(inputs.length), moved.filter(isReal)), probes);
    };
    const point = [...inputs, ...weights];
    const wrt = point.filter(isReal);
    const seconds = pullback([slope(point)], [directions([{ shape: [], dtype: "f32" }], 1)[0]!], wrt);
    const [unit] = valuesOf(directions([{ shape: [], dtype: "f32" }], 1)) as [Float64Array];
    wrt.forEach((tensor, k) => {
      const second = seconds[k] ?? null;
      const [direction] = directions([tensor], seed + 4000 + k) as [AnyTensor];
      const given = valuesOf([inner([second], [direction])])[0]![0]!;
      const expected = unit[0]! * difference(slope, point, point.indexOf(tensor), direction);
      const scale = 1 + (second === null ? 0 : magnitude(valuesOf([second]), valuesOf([direction])));
      expect(Math.abs(given - expected) / scale, `${k}: ${given}, differences ${expected}`).toBeLessThan(1e-7);
    });
  });
});
