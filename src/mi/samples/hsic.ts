import type { OptionsOf } from "../../options/option.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { div, exp, maximum, mul, neg } from "../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { SampleEstimator } from "../estimator.ts";
import { doubleCentre } from "./double-centre.ts";
import { countSamples } from "./paired-samples.ts";
import { squaredDistances } from "./squared-distances.ts";

const options = {
  scale: {
    kind: "number",
    default: 1,
    from: 1e-3,
    to: 1e3,
    doc: "width² of the kernels, in mean squared distances between samples",
  },
} as const;

/** How wide HSIC's kernels are. */
export type HsicOptions = OptionsOf<typeof options>;

/** exp(−|x_i − x_j|² / (2·scale·mean squared distance)). */
function kernel(x: AnyTensor, scale: number): AnyTensor {
  const squared = squaredDistances(x);
  const n = x.shape[0]!;
  const width = maximum(div(sum(squared), n * (n - 1)), 1e-12); // samples that are all equal have the kernel 1
  return exp(neg(div(squared, mul(width, 2 * scale))));
}

/**
 * The Hilbert–Schmidt independence criterion tr(K·H·L·H)/(n − 1)² with Gaussian kernels K of x and L of y: 0 for n → ∞ if and only if x
 * and y are independent. Needs no critic and no steps; n² in time and memory.
 *
 * Deviation: the kernels' width is the mean distance instead of the median one, which has a gradient everywhere.
 */
export const hsic: SampleEstimator<HsicOptions> = {
  name: "hsic",
  summary: "Hilbert–Schmidt independence criterion: a kernel measure that needs no critic",
  source: "Gretton et al., Measuring Statistical Dependence with Hilbert–Schmidt Norms (2005), eq. 9",
  facts: { bound: "neither", unit: "score", optimum: "no critic", shift: "none" },
  options,
  value(x, y, { scale }) {
    const n = countSamples("hsic", x, y);
    return div(sum(mul(doubleCentre(kernel(x, scale)), kernel(y, scale))), (n - 1) ** 2);
  },
};
