import { diagonal } from "../../tensor/ops/diagonal.ts";
import { sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Estimator } from "../estimator.ts";
import { likelihood } from "./likelihood.ts";
import { logMeanExpOffRows } from "./off-diagonal.ts";
import { countPairs } from "./square-scores.ts";

/**
 * mean_j [S_jj − ln mean_{i≠j} e^{S_ij}], where S_ij = log q(y_j | x_i): the density of y_j under its own x against that under the
 * others of the batch.
 *
 * An upper bound where q is the true conditional. ∂value/∂S = (I − softmax of columns without the diagonal)/n.
 */
export const leaveOneOut: Estimator = {
  name: "l1out",
  summary: "the density of y under its own x against that under the others' x",
  source: "Poole et al., On Variational Bounds of Mutual Information (2019), eq. 13",
  facts: { bound: "upper", unit: "nats", optimum: "log p(y | x)", shift: "global" },
  options: {},
  fitting: likelihood,
  value(scores) {
    countPairs("leaveOneOut", scores);
    return mean(sub(diagonal(scores), logMeanExpOffRows(scores, 0)));
  },
};
