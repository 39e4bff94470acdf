import { diagonal } from "../../tensor/ops/diagonal.ts";
import { add, neg, softplus } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Estimator } from "../estimator.ts";
import { meanOff } from "./off-diagonal.ts";
import { countPairs } from "./square-scores.ts";

/**
 * −mean softplus(−S_ii) − mean_{i≠j} softplus(S_ij): how well a classifier tells pairs from shuffled pairs. Bounded gradients make it
 * a steady way to train a critic, whose optimum is log r.
 *
 * The value is not mutual information: it bounds 2·JSD − 2 ln 2 of the joint and the product, and lies in (−∞, 0]. To read mutual
 * information off the trained critic take `smile`, `donskerVaradhan`, or `nwj` of its scores plus 1.
 * ∂value/∂S = σ(−S)/n on the diagonal, −σ(S)/(n(n − 1)) off it.
 */
export const jensenShannon: Estimator = {
  name: "js",
  summary: "how well a classifier tells pairs from shuffled pairs; not mutual information",
  source: "Nowozin et al., f-GAN (2016); Hjelm et al., Deep InfoMax (2019), eq. 4",
  facts: { bound: "lower", unit: "divergence", optimum: "log r", shift: "none" },
  options: {},
  cap: () => 0,
  value(scores) {
    countPairs("jensenShannon", scores);
    return neg(add(mean(softplus(neg(diagonal(scores)))), meanOff(softplus(scores))));
  },
};
