import { diagonal } from "../../tensor/ops/diagonal.ts";
import { add, exp, sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Estimator } from "../estimator.ts";
import { logMeanExpOffRows } from "./off-diagonal.ts";
import { checkPairs, countPairs } from "./square-scores.ts";

/**
 * 1 − mean_i [u_i + mean_{j≠i} e^{S_ij − S_ii − u_i}], with a second critic u(x, y) whose best value is minus the pointwise mutual
 * information.
 */
export const flo: Estimator<object, "dual"> = {
  name: "flo",
  summary: "Fenchel–Legendre: InfoNCE's ratio with a learnt tangent in place of the logarithm",
  source:
    "Guo et al., Tight Mutual Information Estimation with Contrastive Fenchel–Legendre Optimization (2022), eq. 7",
  facts: { bound: "lower", unit: "nats", optimum: "log r", shift: "row", companion: "dual" },
  options: {},
  value(scores, { dual }) {
    checkPairs("flo", "the dual", dual, countPairs("flo", scores));
    const ratio = exp(sub(sub(logMeanExpOffRows(scores), diagonal(scores)), dual));
    return sub(1, mean(add(dual, ratio)));
  },
};
