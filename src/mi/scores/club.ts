import { diagonal } from "../../tensor/ops/diagonal.ts";
import { sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Estimator } from "../estimator.ts";
import { likelihood } from "./likelihood.ts";
import { countPairs } from "./square-scores.ts";

/**
 * mean S_ii − mean_ij S_ij, where S_ij = log q(y_j | x_i) of a model that is fitted by maximum likelihood.
 *
 * An upper bound where q is the true conditional; else on neither side. Even then it is far off: for d pairs of correlation ρ it is
 * d·ρ²/(1 − ρ²), 4.4 where I is 2. Take it to make information small, never to report it. ∂value/∂S = I/n − 1/n².
 */
export const club: Estimator = {
  name: "club",
  summary: "contrastive log-ratio: to make information small, not to report it",
  source: "Cheng et al., CLUB (2020), eq. 9",
  facts: { bound: "upper", unit: "nats", optimum: "log p(y | x)", shift: "row" },
  options: {},
  fitting: likelihood,
  value(scores) {
    countPairs("club", scores);
    return sub(mean(diagonal(scores)), mean(scores));
  },
};
