import { endOfEntry } from "../tensor/site.ts";

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
