import { diagonal } from "../../tensor/ops/diagonal.ts";
import { sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Estimator } from "../estimator.ts";
import { logMeanExpOff } from "./off-diagonal.ts";
import { countPairs } from "./square-scores.ts";

/**
 * mean S_ii − ln mean_{i≠j} e^{S_ij}.
 *
 * A lower bound where the mean is over the whole distribution. Over a batch, the logarithm of a mean is too small on average, so the
 * value is biased upwards: on which side of I it lies is not known. ∂value/∂S = I/n − softmax over the elements off the diagonal.
 */
export const donskerVaradhan: Estimator = {
  name: "dv",
  summary: "the Donsker–Varadhan representation of the Kullback–Leibler divergence",
  source: "Donsker & Varadhan (1983); Belghazi et al., MINE (2018), eq. 5",
  facts: { bound: "neither", unit: "nats", optimum: "log r", shift: "global" },
  options: {},
  value(scores) {
    countPairs("donskerVaradhan", scores);
    return sub(mean(diagonal(scores)), logMeanExpOff(scores));
  },
};
