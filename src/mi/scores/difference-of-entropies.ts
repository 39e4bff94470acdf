import { add, sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Estimator } from "../estimator.ts";
import { checkPairs } from "./square-scores.ts";

/**
 * mean log q(y_i | x_i) − mean log q(y_i): the cross entropy of a model of y less that of a model of y given x. Both are fitted by
 * maximum likelihood, so their sum is what training climbs; the difference would make the model of y bad on purpose.
 *
 * No bound: each entropy is bounded from above. It reaches where the lower bounds cannot, as no term grows with eᴵ.
 */
export const differenceOfEntropies: Estimator<object, "marginal"> = {
  name: "doe",
  summary: "the cross entropy of a model of y less that of a model of y given x",
  source: "McAllester & Stratos, Formal Limitations on the Measurement of Mutual Information (2020), §5",
  facts: {
    bound: "neither",
    unit: "nats",
    optimum: "log p(y | x)",
    shift: "none",
    reads: "pairs",
    companion: "marginal",
  },
  options: {},
  fitting: {
    init: () => ({}),
    objective: (scores, { marginal }, state) => ({ objective: add(mean(scores), mean(marginal)), state }),
  },
  value(scores, { marginal }) {
    checkPairs("differenceOfEntropies", "log q(y | x)", scores);
    checkPairs("differenceOfEntropies", "log q(y)", marginal, scores.shape[0]!);
    return sub(mean(scores), mean(marginal));
  },
};
