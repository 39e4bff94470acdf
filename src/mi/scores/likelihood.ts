import { diagonal } from "../../tensor/ops/diagonal.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Fitting } from "../estimator.ts";

/** Maximum likelihood, where the scores are log q(y_j | x_i): the mean over the pairs that belong together. */
export const likelihood: Fitting = {
  init: () => ({}),
  objective: (scores, _, state) => ({ objective: mean(diagonal(scores)), state }),
};
