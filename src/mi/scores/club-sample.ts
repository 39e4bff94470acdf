import { diagonal } from "../../tensor/ops/diagonal.ts";
import { sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import { roll } from "../../tensor/ops/roll.ts";
import type { Estimator } from "../estimator.ts";
import { likelihood } from "./likelihood.ts";
import { countPairs } from "./square-scores.ts";

/**
 * mean S_ii − mean_i S_{i, i+1}: `club` with one shuffled pair per sample, S_ij = log q(y_j | x_i).
 *
 * Deviation: the authors draw a permutation, which leaves some samples with their own partner. The samples of a batch are independent,
 * so the next one is as good as any, and never the own one.
 */
export const clubSample: Estimator = {
  name: "club-sample",
  summary: "CLUB with one shuffled pair per sample",
  source: "Cheng et al., CLUB (2020), eq. 12",
  facts: { bound: "upper", unit: "nats", optimum: "log p(y | x)", shift: "row" },
  options: {},
  fitting: likelihood,
  value(scores) {
    countPairs("clubSample", scores);
    return mean(sub(diagonal(scores), diagonal(roll(scores, { shift: -1, axis: 1 }))));
  },
};
