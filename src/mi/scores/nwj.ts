import { diagonal } from "../../tensor/ops/diagonal.ts";
import { exp, sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Estimator } from "../estimator.ts";
import { logMeanExpOff } from "./off-diagonal.ts";
import { countPairs } from "./square-scores.ts";

/**
 * mean S_ii − mean_{i≠j} e^{S_ij − 1}: a lower bound of every batch's expectation, with an unbiased gradient, and a variance that grows
 * exponentially with I.
 *
 * Its best critic is 1 + log r. A critic trained by `jensenShannon` or `infoNCE` is best at log r, and scores 1/e too low here: add 1
 * to its scores. ∂value/∂S = I/n − e^{S − 1}/(n(n − 1)) off the diagonal.
 */
export const nwj: Estimator = {
  name: "nwj",
  summary: "an unbiased lower bound whose variance explodes with the information (f-GAN KL, MINE-f)",
  source: "Nguyen, Wainwright & Jordan (2010); Poole et al., On Variational Bounds (2019), eq. 6",
  facts: { bound: "lower", unit: "nats", optimum: "1 + log r", shift: "none" },
  options: {},
  value(scores) {
    countPairs("nwj", scores);
    return sub(mean(diagonal(scores)), exp(sub(logMeanExpOff(scores), 1)));
  },
};
