import { endOfEntry } from "../tensor/site.ts";
import { clubDependence } from "./dependence/club-dependence.ts";
import { hsicDependence } from "./dependence/hsic-dependence.ts";
import type { DependenceEstimator, Estimator, ReferenceEstimator, SampleEstimator } from "./estimator.ts";
import { binned } from "./references/binned.ts";
import { cca } from "./references/cca.ts";
import { ksg } from "./references/ksg.ts";
import { distanceCorrelation } from "./samples/distance-correlation.ts";
import { gaussianMI } from "./samples/gaussian-mi.ts";
import { hsic } from "./samples/hsic.ts";
import { alphaTuba } from "./scores/alpha-tuba.ts";
import { barberAgakov } from "./scores/barber-agakov.ts";
import { club } from "./scores/club.ts";
import { clubSample } from "./scores/club-sample.ts";
import { differenceOfEntropies } from "./scores/difference-of-entropies.ts";
import { donskerVaradhan } from "./scores/donsker-varadhan.ts";
import { flo } from "./scores/flo.ts";
import { infoNCE } from "./scores/info-nce.ts";
import { interpolated } from "./scores/interpolated.ts";
import { jensenShannon } from "./scores/jensen-shannon.ts";
import { leaveOneOut } from "./scores/leave-one-out.ts";
import { mine } from "./scores/mine.ts";
import { nwj } from "./scores/nwj.ts";
import { smile } from "./scores/smile.ts";
import { tuba } from "./scores/tuba.ts";
import { wassersteinDependence } from "./wasserstein/from-scores.ts";
import { wasserstein } from "./wasserstein/wasserstein.ts";

export type { AdamState } from "../nn/adam.ts";
export type { DenseParams } from "../nn/dense.ts";
export type * from "../tensor/device.ts";
export { DeconfoundError } from "../tensor/errors.ts";
export type { Operand } from "../tensor/ops/signatures.ts";
export type { AnyTensor, Tensor } from "../tensor/tensor.ts";
export type { CheckEstimatorOptions } from "./check/check-estimator.ts";
export { checkEstimator } from "./check/check-estimator.ts";
export { EstimatorError } from "./check/estimator-error.ts";
export type { BilinearParams } from "./critics/bilinear.ts";
export { bilinear } from "./critics/bilinear.ts";
export type { ConcatenatedParams } from "./critics/concatenated.ts";
export { concatenated } from "./critics/concatenated.ts";
export type { Critic, Features } from "./critics/critic.ts";
export type { MlpParams } from "./critics/mlp.ts";
export { normalConditional } from "./critics/normal-conditional.ts";
export type { SeparableParams } from "./critics/separable.ts";
export { separable } from "./critics/separable.ts";
export type { ClubOptions, ClubTraining } from "./dependence/club-dependence.ts";
export type { HsicTraining } from "./dependence/hsic-dependence.ts";
export type { Estimate, EstimateOptions } from "./estimate/estimate.ts";
export { estimate } from "./estimate/estimate.ts";
export type { Sampler, Samples } from "./estimate/source.ts";
export type { Learnt } from "./estimate/training.ts";
export type {
  CompanionName,
  DependenceEstimator,
  Estimator,
  EstimatorFacts,
  Fitting,
  Given,
  Points,
  ReferenceEstimator,
  SampleEstimator,
  Trailing,
} from "./estimator.ts";
export { cebLoss } from "./losses/ceb.ts";
export { infoMaxLoss } from "./losses/info-max.ts";
export { vibLoss } from "./losses/vib.ts";
export type { BinnedOptions } from "./references/binned.ts";
export type { KsgOptions } from "./references/ksg.ts";
export type { HsicOptions } from "./samples/hsic.ts";
export type { BarberAgakovOptions } from "./scores/barber-agakov.ts";
export type { AlphaOptions } from "./scores/interpolation.ts";
export type { MineOptions, MineState } from "./scores/mine.ts";
export type { SmileOptions } from "./scores/smile.ts";
export { easyTasks, taskNamed, tasks } from "./tasks/index.ts";
export type { Pairs, Task } from "./tasks/task.ts";
export type { CriticParams, CriticState } from "./wasserstein/critic.ts";
export { criticScores, initCritic } from "./wasserstein/critic.ts";
export type { WassersteinOptions } from "./wasserstein/options.ts";
export { wassersteinOptions } from "./wasserstein/options.ts";
export { spectralNorm, spectralNormalize } from "./wasserstein/spectral-normalize.ts";
export type { CriticTraining } from "./wasserstein/update-critic.ts";
export { updateCritic } from "./wasserstein/update-critic.ts";
export { wassersteinTerms } from "./wasserstein/wasserstein-terms.ts";
export {
  alphaTuba,
  barberAgakov,
  binned,
  cca,
  club,
  clubDependence,
  clubSample,
  differenceOfEntropies,
  distanceCorrelation,
  donskerVaradhan,
  flo,
  gaussianMI,
  hsic,
  hsicDependence,
  infoNCE,
  interpolated,
  jensenShannon,
  ksg,
  leaveOneOut,
  mine,
  nwj,
  smile,
  tuba,
  wasserstein,
  wassersteinDependence,
};

/** Estimates from what a critic says of pairs. To add one: a file, and a row here. */
export const estimators: readonly Estimator[] = [
  infoNCE,
  donskerVaradhan,
  mine,
  nwj,
  tuba,
  alphaTuba,
  interpolated,
  jensenShannon,
  smile,
  flo,
  leaveOneOut,
  club,
  clubSample,
  barberAgakov,
  differenceOfEntropies,
  wassersteinDependence,
];

/** Estimates from samples alone, as programs with a gradient. To add one: a file, and a row here. */
export const sampleEstimators: readonly SampleEstimator[] = [gaussianMI, hsic, distanceCorrelation];

/** Estimates from samples alone, on the CPU in float64. To add one: a file, and a row here. */
export const referenceEstimators: readonly ReferenceEstimator[] = [ksg, cca, binned];

/** Measures that are trained beside a network. To add one: a file, and a row here. */
export const dependenceEstimators: readonly DependenceEstimator[] = [wasserstein, clubDependence, hsicDependence];
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
