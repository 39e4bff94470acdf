import type { ReferenceEstimator } from "../estimator.ts";
import { cholesky, solveLower, transposeOf } from "../float64/cholesky.ts";
import { covarianceOf } from "../float64/covariance.ts";
import { eigenvaluesOf } from "../float64/eigenvalues.ts";
import { countPoints } from "../float64/points.ts";

/**
 * −½ Σ ln(1 − ρ_k²) over the canonical correlations ρ_k, the singular values of Lx⁻¹ Σxy Ly⁻ᵀ with Σxx = Lx·Lxᵀ, Σyy = Ly·Lyᵀ. Exact
 * for Gaussians; else what linear functions see.
 */
export const cca: ReferenceEstimator = {
  name: "cca",
  summary: "canonical correlations: the mutual information of Gaussians",
  source:
    "Hotelling, Relations between Two Sets of Variates (1936); Kay, Feature Discovery under Contextual Supervision (1992)",
  facts: { bound: "neither", unit: "nats", optimum: "no critic", shift: "none", gradient: "none" },
  options: {},
  value(x, y) {
    countPoints("cca", x, y, x.features + y.features + 1);
    const [lx, ly] = [cholesky(covarianceOf(x, x)), cholesky(covarianceOf(y, y))];
    const whitened = solveLower(ly, transposeOf(solveLower(lx, covarianceOf(x, y)))); // (features of y, features of x)
    const products = whitened.map((row) =>
      whitened.map((other) => row.reduce((sum, value, k) => sum + value * other[k]!, 0)),
    );
    return eigenvaluesOf(products).reduce((sum, squared) => sum - Math.log1p(-Math.min(squared, 1)) / 2, 0);
  },
};
