import { endOfEntry } from "../tensor/site.ts";

export type { DependenceEstimator } from "../mi/estimator.ts";
export type { WassersteinOptions } from "../mi/wasserstein/options.ts";
export type { BatchNormParams, BatchNormStats } from "../nn/batch-norm-layer.ts";
export type { BatchNormUse, Classifier } from "../nn/classifier.ts";
export type { ConvLayerParams } from "../nn/conv-layer.ts";
export type { Batch, Network } from "../nn/network.ts";
export type { SgdOptions } from "../nn/sgd.ts";
export type { Training } from "../nn/supervised-step.ts";
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
export type { Operand } from "../tensor/ops/signatures.ts";
export type { AnyTensor, Tensor } from "../tensor/tensor.ts";
export { cleanStep, fusedStep } from "./clean-step.ts";
export { criticStep } from "./critic-step.ts";
export { informationBottleneck } from "./information-bottleneck.ts";
export { backdooredLoss, cleanLoss } from "./losses.ts";
export type { CbdOptions, Preset } from "./options.ts";
export { cbdOptions, cbdOptionTable, presets } from "./options.ts";
export { relativeDifficulty, sampleWeights, suspicionOf } from "./sample-weights.ts";
export type { CleanContext, CleanMetrics, CleanState } from "./state.ts";
export { beginClean } from "./state.ts";

endOfEntry();
