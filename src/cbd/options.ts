import type { AugmentKind } from "../data/augment-kind.ts";
import type { Schedule } from "../nn/schedule.ts";

/** Everything that a CBD run can be told, as data. A schedule holds the learning rate and how it falls with the epochs. */
export interface CbdOptions {
  /** Samples a step, from 1. The last batch of an epoch may be smaller. */
  readonly batch: number;
  /** SGD of both networks; the decay acts on every parameter, as in the authors' code. */
  readonly optimizer: {
    readonly momentum: number;
    readonly nesterov: boolean;
    readonly weightDecay: number;
  };
  /** f_B, the network that is to learn the backdoor and nothing else. */
  readonly backdoor: {
    /** The paper's T1. Ignored when `steps` is not 0. */
    readonly epochs: number;
    /** T1 in steps; 0: count epochs. */
    readonly steps: number;
    readonly schedule: Schedule;
    readonly augment: AugmentKind;
    /** Cross entropy, or the generalised one, (1 − p_y^q)/q, which prefers samples that are already easy. */
    readonly loss: "crossEntropy" | "generalized";
    /** q of the generalised cross entropy, in (0, 1]. */
    readonly q: number;
    /** Batch norm of f_B while f_C trains: running statistics, or the batch's. Running statistics never move. */
    readonly mode: "eval" | "train";
  };
  /** f_C, the network that is delivered. */
  readonly clean: {
    /** The paper's T2. */
    readonly epochs: number;
    readonly schedule: Schedule;
    readonly augment: AugmentKind;
  };
  /** Sample weights, term −I(Z;Y). */
  readonly weight: {
    /** γ in w^γ; 1 is the paper's. */
    readonly exponent: number;
    /** Scale the weights to a batch mean of 1, or leave them in [0, 1]. */
    readonly norm: "batchMean" | "none";
    /** Upper bound after scaling; Infinity: none. */
    readonly cap: number;
    /** Lower bound before scaling, in [0, 1]: saves easy clean samples, and lets poison in. */
    readonly floor: number;
  };
  /** β of ½‖z‖², term I(Z;X). */
  readonly beta: number;
  /** λ of the critic's estimate, term I(Z;R). 0: no critic is trained. */
  readonly lambda: number;
  /** D_φ, the critic of I(Z;R). */
  readonly critic: {
    /** Critic steps a batch (fused), or passes over the data an epoch (two-pass). */
    readonly steps: number;
    readonly schedule: Schedule;
    /** Hidden units; 0: as many as z has. */
    readonly width: number;
    /** Dropout rate, in [0, 1). */
    readonly dropout: number;
    /** Critic and f_C share one forward pass, or the critic gets its own pass over the data before f_C's. */
    readonly passes: "fused" | "twoPass";
    /** What a weight is divided by after each step: its largest singular value, the root of it (authors' code), nothing. */
    readonly normalize: "sigma" | "sqrtSigma" | "none";
    /** Pairs of the product of marginals: z rolled by one, or permuted. */
    readonly shuffle: "roll" | "permutation";
  };
}

/** A part of the options; what is left out keeps the preset's value. */
export type CbdOverrides = {
  readonly [K in keyof CbdOptions]?: CbdOptions[K] extends number ? CbdOptions[K] : Partial<CbdOptions[K]>;
};

/** Names of the presets. */
export type Preset = "paper" | "official" | "official+mi";

const official: CbdOptions = {
  batch: 64,
  optimizer: { momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
  backdoor: {
    epochs: 5,
    steps: 0,
    schedule: { kind: "constant", lr: 0.1 },
    augment: "crop+flip+cutout",
    loss: "crossEntropy",
    q: 0.7,
    mode: "eval",
  },
  clean: {
    epochs: 100,
    schedule: { kind: "multiStep", lr: 0.1, milestones: [20, 70], factor: 0.1 },
    augment: "crop+flip+cutout",
  },
  weight: { exponent: 1, norm: "batchMean", cap: Number.POSITIVE_INFINITY, floor: 0 },
  beta: 0,
  lambda: 0,
  critic: {
    steps: 1,
    // the authors step the schedule before the epoch, so each drop comes one epoch early
    schedule: { kind: "multiStep", lr: 0.2, milestones: [19, 39, 59, 79, 99], factor: 0.1 },
    width: 0,
    dropout: 0.2,
    passes: "twoPass",
    normalize: "sqrtSigma",
    shuffle: "roll",
  },
};

/**
 * The presets.
 *
 * `paper`: all three terms, a critic that is divided by its true spectral norm, fused steps. β and the critic's rate are ours:
 * the paper's β was not to be had, and the authors' rate of 0.2 never lets the Lipschitz bound hold.
 * `official`: what the authors' `train.py` does by default, which is re-weighting only (`--disentangle 0`).
 * `official+mi`: the same with `--disentangle 1`, quirks included.
 */
export const presets: Readonly<Record<Preset, CbdOptions>> = {
  paper: {
    ...official,
    beta: 1e-4,
    lambda: 0.01,
    critic: { ...official.critic, schedule: { kind: "constant", lr: 1e-3 }, passes: "fused", normalize: "sigma" },
  },
  official,
  "official+mi": { ...official, lambda: 0.01 },
};

/** A preset with some options changed. */
export function cbdOptions(preset: Preset = "paper", overrides: CbdOverrides = {}): CbdOptions {
  const base = presets[preset];
  const merged = Object.entries(base).map(([key, value]) => {
    const change: unknown = overrides[key as keyof CbdOptions];
    if (change === undefined) return [key, value];
    return [key, typeof value === "object" ? { ...value, ...(change as object) } : change];
  });
  return Object.fromEntries(merged) as CbdOptions;
}
