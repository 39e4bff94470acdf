import { sum } from "../../tensor/ops/broadcast.ts";
import { div, greater, maximum, mul, sqrt, square } from "../../tensor/ops/elementwise.ts";
import { where } from "../../tensor/ops/select.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { SampleEstimator } from "../estimator.ts";
import { doubleCentre } from "./double-centre.ts";
import { countSamples } from "./paired-samples.ts";
import { squaredDistances } from "./squared-distances.ts";

/** Distances, whose gradient is 0 where it has none: at distance 0. */
function centredDistances(x: AnyTensor): AnyTensor {
  const squared = squaredDistances(x);
  const apart = greater(squared, 1e-12);
  return doubleCentre(where(apart, sqrt(where(apart, squared, 1)), 0));
}

/**
 * The squared distance correlation R² = V²(x, y)/√(V²(x)·V²(y)), V² = mean of A∘B with A, B the doubly centred distances of x and of y:
 * in [0, 1], 0 for n → ∞ if and only if x and y are independent, 1 for rotations and scalings of each other.
 *
 * Deviation: R² and not R, whose gradient is infinite at independence.
 */
export const distanceCorrelation: SampleEstimator = {
  name: "distance-correlation",
  summary: "squared correlation of the distances between samples, in [0, 1]",
  source: "Székely, Rizzo & Bakirov, Measuring and Testing Dependence by Correlation of Distances (2007), eq. 2.9",
  facts: { bound: "neither", unit: "score", optimum: "no critic", shift: "none" },
  options: {},
  value(x, y) {
    countSamples("distanceCorrelation", x, y);
    const [a, b] = [centredDistances(x), centredDistances(y)];
    const spread = mul(sum(square(a)), sum(square(b)));
    return div(sum(mul(a, b)), sqrt(maximum(spread, 1e-24))); // samples that are all equal depend on nothing
  },
};
