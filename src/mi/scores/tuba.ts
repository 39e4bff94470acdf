import { diagonal } from "../../tensor/ops/diagonal.ts";
import { add, exp, sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import { expandDims } from "../../tensor/ops/reshape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Estimator } from "../estimator.ts";
import { logMeanExpOff } from "./off-diagonal.ts";
import { checkPairs, countPairs } from "./square-scores.ts";

/** 1 + mean(S_ii − a_i) − mean_{i≠j} e^{S_ij − a_i}. @param baseline - a, `(n)`. */
export function tubaValue(scores: AnyTensor, baseline: AnyTensor): AnyTensor {
  const joint = mean(sub(diagonal(scores), baseline));
  const others = exp(logMeanExpOff(sub(scores, expandDims(baseline, { axis: 1 }))));
  return add(sub(joint, others), 1);
}

/**
 * 1 + mean(S_ii − a_i) − mean_{i≠j} e^{S_ij − a_i} with a learnt log-baseline a(x): `nwj` where a is 1.
 *
 * The best baseline is the logarithm of the critic's normaliser, a(x) = ln E_y e^{f(x, y)}.
 */
export const tuba: Estimator<object, "baseline"> = {
  name: "tuba",
  summary: "NWJ with a learnt baseline of x",
  source: "Barber & Agakov (2003); Poole et al., On Variational Bounds (2019), eq. 4",
  facts: { bound: "lower", unit: "nats", optimum: "log r", shift: "none", companion: "baseline" },
  options: {},
  value(scores, { baseline }) {
    checkPairs("tuba", "the baseline", baseline, countPairs("tuba", scores));
    return tubaValue(scores, baseline);
  },
};
