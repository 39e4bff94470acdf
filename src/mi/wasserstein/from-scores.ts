import { ShapeError } from "../../tensor/errors.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { diagonal } from "../../tensor/ops/diagonal.ts";
import { div, sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import { captureSite } from "../../tensor/site.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { formatType } from "../../tensor/tensor.ts";
import type { Estimator } from "../estimator.ts";

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
  value(scores: AnyTensor): AnyTensor {
    const [n, m] = scores.shape;
    if (scores.shape.length !== 2 || n !== m || n! < 2) {
      throw new ShapeError(
        `wassersteinDependence: scores are ${formatType(scores)}`,
        ["expects f32[n,n] with n ≥ 2: the score of x_i and y_j at row i, column j"],
        captureSite(),
      );
    }
    const joint = diagonal(scores);
    const others = div(sub(sum(scores), sum(joint)), n! * (n! - 1));
    return sub(mean(joint), others);
  },
};
