import { diagonal } from "../../tensor/ops/diagonal.ts";
import { sub } from "../../tensor/ops/elementwise.ts";
import { logMeanExp } from "../../tensor/ops/log-sum-exp.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Estimator } from "../estimator.ts";
import { countPairs } from "./square-scores.ts";

/**
 * mean_i [S_ii − ln mean_j e^{S_ij}]: how well the critic finds y_i among the n of the batch. Low variance, but never above ln n.
 *
 * ∂value/∂S = (I − softmax of rows)/n.
 */
export const infoNCE: Estimator = {
  name: "infonce",
  summary: "how well the critic finds y among those of the batch; never above ln n",
  source: "van den Oord et al., Representation Learning with Contrastive Predictive Coding (2018), eq. 4–5",
  facts: { bound: "lower", unit: "nats", optimum: "log r", shift: "row" },
  options: {},
  cap: (n) => Math.log(n),
  value(scores) {
    countPairs("infoNCE", scores);
    return mean(sub(diagonal(scores), logMeanExp(scores, { axis: 1 })));
  },
};
