import { dependenceEstimators } from "../mi/index.ts";
import type { WassersteinOptions } from "../mi/wasserstein/options.ts";
import type { Decay } from "../nn/decay.ts";
import { decayForm } from "../nn/decay.ts";
import type { Changes, Form, OptionRows, OptionsOf, OptionTable } from "../options/option.ts";
import { defaultsOf, withChanges } from "../options/table.ts";

const estimatorNames: readonly string[] = dependenceEstimators.map(({ name }) => name);

/** The options that the paper's equations and its training of f_B have; the defaults are those of the preset `paper`. */
const ownOptions = {
  backdoor: {
    epochs: {
      kind: "integer",
      default: 5,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "T1: how long the backdoored model f_B trains",
      flag: "backdoor-epochs",
    },
    steps: {
      kind: "integer",
      default: 0,
      from: 0,
      to: 1_000_000_000,
      unit: "steps",
      doc: "T1 in steps instead of epochs; 0: in epochs",
      flag: "backdoor-steps",
      excludes: "backdoor-epochs",
    },
    lr: {
      kind: "number",
      default: 0.1,
      from: 0,
      to: 1e9,
      doc: "learning rate of the backdoored model f_B",
      flag: "lr",
    },
    schedule: {
      kind: "parsed",
      default: { kind: "constant" } as Decay,
      form: decayForm as Form<Decay>,
      doc: "how the rate of f_B falls with the epochs",
    },
    augment: {
      kind: "choice",
      default: "crop+flip+cutout",
      choices: ["none", "flip", "crop+flip", "crop+flip+cutout"],
      doc: "augmentation while the backdoored model f_B trains",
      flag: "backdoor-augment",
    },
    loss: {
      kind: "choice",
      default: "crossEntropy",
      choices: ["crossEntropy", "generalized"],
      doc: "loss of f_B; the generalised one, (1 − p^q)/q, prefers samples that are already easy",
    },
    q: { kind: "number", default: 0.7, from: 1e-3, to: 1, doc: "q of the generalised cross entropy" },
    mode: {
      kind: "choice",
      default: "eval",
      choices: ["eval", "train"],
      doc: "batch norm of f_B while the clean model f_C trains: running statistics, or the batch's; running statistics never move",
    },
  },
  weight: {
    exponent: { kind: "number", default: 1, from: 0, to: 100, doc: "γ in w^γ; the paper's is 1" },
    norm: {
      kind: "choice",
      default: "batchMean",
      choices: ["batchMean", "none"],
      doc: "scale weights to a batch mean of 1, or leave them in [0, 1]",
    },
    cap: { kind: "number", default: 0, from: 0, to: 1e6, doc: "upper bound of a scaled weight; 0: none" },
    floor: {
      kind: "number",
      default: 0,
      from: 0,
      to: 1,
      doc: "lower bound before scaling: saves easy clean samples, and lets poison in",
    },
  },
  beta: { kind: "number", default: 1e-4, from: 0, to: 1e6, doc: "β: weight of the bottleneck I(Z;X), ½‖z‖²" },
  lambda: { kind: "number", default: 0.01, from: 0, to: 1e6, doc: "λ: weight of the estimate of I(Z;R); 0: no critic" },
} as const;

/** How the critic trains, whichever estimator it is. */
const criticTraining = {
  steps: {
    kind: "integer",
    default: 1,
    from: 1,
    to: 100,
    unit: "steps",
    doc: "critic steps per batch (fused), or passes over the data per epoch (twoPass)",
  },
  lr: { kind: "number", default: 1e-3, from: 0, to: 1e9, doc: "learning rate of the critic (Adam)" },
  schedule: {
    kind: "parsed",
    default: { kind: "constant" } as Decay,
    form: decayForm as Form<Decay>,
    doc: "how the rate of the critic falls with the epochs",
  },
  passes: {
    kind: "choice",
    default: "fused",
    choices: ["fused", "twoPass"],
    doc: "one forward pass for critic and f_C, or a pass over the data of its own before f_C's",
  },
} as const;

/** Everything that CBD can be told beyond what any training can. */
export type CbdOptions = OptionsOf<typeof ownOptions> & {
  readonly critic: OptionsOf<typeof criticTraining> & WassersteinOptions & { readonly estimator: string };
};

/** The table of {@link CbdOptions}. The group `critic` also has the options of every estimator. */
export const cbdOptionTable: OptionTable<CbdOptions> = {
  ...ownOptions,
  critic: {
    estimator: {
      kind: "choice",
      default: "wasserstein",
      choices: estimatorNames,
      doc: "what measures I(Z;R)",
    },
    ...criticTraining,
    ...estimatorOptions(),
  },
};

function estimatorOptions(): OptionTable<WassersteinOptions> {
  const tables: OptionRows[] = dependenceEstimators.map(({ options }) => options as OptionRows);
  return Object.assign({}, ...tables) as OptionTable<WassersteinOptions>;
}

/** Names of the presets. */
export type Preset = "paper" | "official" | "official+mi";

const official: Changes<CbdOptions> = {
  beta: 0,
  lambda: 0,
  critic: {
    lr: 0.2,
    // the authors step the schedule before the epoch, so each drop comes one epoch early
    schedule: { kind: "multiStep", milestones: [19, 39, 59, 79, 99], factor: 0.1 },
    passes: "twoPass",
    normalize: "sqrtSigma",
  },
};

/**
 * The presets, as changes to the defaults.
 *
 * `paper`: all three terms, a critic that is divided by its true spectral norm, fused steps. β and the critic's rate are ours:
 * the paper's β was not to be had, and the authors' rate of 0.2 never lets the Lipschitz bound hold.
 * `official`: what the authors' `train.py` does by default, which is re-weighting only (`--disentangle 0`).
 * `official+mi`: the same with `--disentangle 1`, quirks included.
 *
 * All take the authors' batch of 64 samples, 100 epochs and rates, which are the defaults of training.
 */
export const presets: Readonly<Record<Preset, Changes<CbdOptions>>> = {
  paper: {},
  official,
  "official+mi": { ...official, lambda: 0.01 },
};

/**
 * A preset with some options changed.
 *
 * @throws ConfigError for an option that does not exist or is out of range.
 * @example
 * ```ts
 * import { cbdOptions } from "deconfound/cbd";
 *
 * const { lambda, beta, critic } = cbdOptions("official", { beta: 0.5 });
 * console.log(lambda, beta, critic.passes); // 0 0.5 twoPass
 * ```
 */
export function cbdOptions(preset: Preset = "paper", changes: Changes<CbdOptions> = {}): CbdOptions {
  const base = withChanges(cbdOptionTable, defaultsOf(cbdOptionTable), presets[preset]);
  return withChanges(cbdOptionTable, base, changes, "cbd");
}
