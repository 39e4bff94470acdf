import { diagonal } from "../../tensor/ops/diagonal.ts";
import { sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Estimator } from "../estimator.ts";
import { meanOff } from "../scores/off-diagonal.ts";
import { countPairs } from "../scores/square-scores.ts";

/**
 * mean of S_ii − mean of S_ij over i ≠ j: what a 1-Lipschitz critic makes of the distance between the joint distribution and the
 * product of the marginals. Its largest value over such critics is their Wasserstein distance.
 *
 * ∂value/∂S_ii = 1/n, ∂value/∂S_ij = −1/(n(n−1)).
 * Source: Ozair et al., Wasserstein Dependency Measure (2019).
 */
export const wassersteinDependence: Estimator = {
  name: "wasserstein",
  summary: "how far a 1-Lipschitz critic tells pairs from shuffled pairs",
  source: "Ozair et al., Wasserstein Dependency Measure for Representation Learning (2019)",
  facts: { bound: "lower", unit: "score", optimum: "steepest 1-Lipschitz", shift: "global" },
  options: {},
  value(scores) {
    countPairs("wassersteinDependence", scores);
    return sub(mean(diagonal(scores)), meanOff(scores));
  },
};
