import { endOfEntry } from "../tensor/site.ts";
import type { DependenceEstimator, Estimator } from "./estimator.ts";
import { wassersteinDependence } from "./wasserstein/from-scores.ts";
import { wasserstein } from "./wasserstein/wasserstein.ts";

export type { AdamState } from "../nn/adam.ts";
export type { Operand } from "../tensor/ops/signatures.ts";
export type { AnyTensor, Tensor } from "../tensor/tensor.ts";
export type { DependenceEstimator, Estimator, EstimatorFacts } from "./estimator.ts";
export type { CriticParams, CriticState } from "./wasserstein/critic.ts";
export { criticScores, initCritic } from "./wasserstein/critic.ts";
export { wassersteinDependence } from "./wasserstein/from-scores.ts";
export type { WassersteinOptions } from "./wasserstein/options.ts";
export { wassersteinOptions } from "./wasserstein/options.ts";
export { spectralNorm, spectralNormalize } from "./wasserstein/spectral-normalize.ts";
export type { CriticTraining } from "./wasserstein/update-critic.ts";
export { updateCritic } from "./wasserstein/update-critic.ts";
export { wasserstein } from "./wasserstein/wasserstein.ts";
export { wassersteinTerms } from "./wasserstein/wasserstein-terms.ts";

/** Estimates from score matrices. To add one: a file, and a row here. */
export const estimators: readonly Estimator[] = [wassersteinDependence];

/** Measures that are trained beside a network. To add one: a file, and a row here. */
export const dependenceEstimators: readonly DependenceEstimator[] = [wasserstein];
export type {
  BooleanOption,
  Changes,
  ChoiceOption,
  ChoicesOption,
  Form,
  NumberOption,
  Option,
  OptionRows,
  OptionsOf,
  OptionTable,
  ParsedOption,
  TextOption,
  TextsOption,
  ValueOf,
} from "../options/option.ts";

endOfEntry();
