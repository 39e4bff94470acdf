import { broadcastTo } from "../../tensor/ops/broadcast.ts";
import { diagonal } from "../../tensor/ops/diagonal.ts";
import { add, exp, sub } from "../../tensor/ops/elementwise.ts";
import { expandDims } from "../../tensor/ops/reshape.ts";
import type { Estimator } from "../estimator.ts";
import type { AlphaOptions } from "./interpolation.ts";
import { alphaOptions, interpolate } from "./interpolation.ts";
import { logLeaveOneOutMean } from "./leave-one-out-mean.ts";
import { logMeanExpOff, meanOff } from "./off-diagonal.ts";
import { checkPairs, countPairs } from "./square-scores.ts";

/**
 * I_α, between `infoNCE` (α = 1: that of batches with one pair left out) and `tuba` (α = 0):
 *
 *     1 + mean_{i≠j} [S_ii − B_ij] − mean_{i≠j} e^{S_ij − B_ii},   B_ij = ln(α·mean_{k≠j} e^{S_ik} + (1 − α)·e^{a_i})
 *
 * α trades the cap of the one against the variance of the other. Never above 1 + ln((n − 1)/α).
 */
export const interpolated: Estimator<AlphaOptions, "baseline"> = {
  name: "interpolated",
  summary: "I_α: between InfoNCE (α = 1) and TUBA (α = 0)",
  source: "Poole et al., On Variational Bounds of Mutual Information (2019), eq. 11",
  facts: { bound: "lower", unit: "nats", optimum: "log r", shift: "none", companion: "baseline" },
  options: alphaOptions,
  cap: (n, { alpha }) => {
    if (alpha === 0) return Number.POSITIVE_INFINITY;
    return alpha === 1 ? Math.log(n - 1) : 1 + Math.log((n - 1) / alpha); // with α = 1 the last term is 1
  },
  value(scores, { alpha, baseline }) {
    const n = countPairs("interpolated", scores);
    checkPairs("interpolated", "the baseline", baseline, n);
    const learnt = broadcastTo(expandDims(baseline, { axis: 1 }), [n, n]);
    const all = interpolate(alpha, logLeaveOneOutMean(scores), learnt);
    const joint = meanOff(sub(expandDims(diagonal(scores), { axis: 1 }), all));
    const others = exp(logMeanExpOff(sub(scores, expandDims(diagonal(all), { axis: 1 }))));
    return add(sub(joint, others), 1);
  },
};
