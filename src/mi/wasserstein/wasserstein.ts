import { adam } from "../../nn/adam.ts";
import type { DependenceEstimator } from "../estimator.ts";
import { initCritic } from "./critic.ts";
import type { WassersteinOptions } from "./options.ts";
import { wassersteinOptions } from "./options.ts";
import { spectralNormalize } from "./spectral-normalize.ts";
import type { CriticTraining } from "./update-critic.ts";
import { updateCritic } from "./update-critic.ts";
import { wassersteinTerms } from "./wasserstein-terms.ts";

/** Iterations before the first step, so that the persistent vectors start at the leading ones. */
const warmUp = 8;

/** The Wasserstein dependency measure between two embeddings, by a critic whose slope spectral normalisation bounds. */
export const wasserstein: DependenceEstimator<WassersteinOptions, CriticTraining> = {
  name: "wasserstein",
  summary: "how far a critic of slope 1 tells pairs (r, z) from shuffled ones",
  source: "Zhang et al., CBD (CVPR 2023), §3; Ozair et al., Wasserstein Dependency Measure (2019)",
  facts: { bound: "lower", unit: "score", optimum: "steepest 1-Lipschitz", shift: "global" },
  options: wassersteinOptions,
  init(key, { r, z }, { width, normalize }) {
    let state = initCritic(key, r + z, width === 0 ? z : width);
    if (normalize === "sigma") for (let i = 0; i < warmUp; i++) state = spectralNormalize(state, "sigma");
    return { ...state, optimizer: adam().init(state.params) };
  },
  update: (critic, r, z, { key, lr }, options) => updateCritic(critic, r, z, { options, key, lr }),
  estimate: (critic, r, z, key, options) => wassersteinTerms(critic.params, r, z, key, options),
};
