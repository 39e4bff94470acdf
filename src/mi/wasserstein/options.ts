import type { OptionsOf } from "../../options/option.ts";

/** Options of the Wasserstein critic. */
export const wassersteinOptions = {
  width: { kind: "integer", default: 0, from: 0, to: 16384, unit: "hidden units", doc: "width of the critic; 0: as z" },
  dropout: { kind: "number", default: 0.2, from: 0, to: 0.99, doc: "dropout rate of the critic" },
  normalize: {
    kind: "choice",
    default: "sigma",
    choices: ["sigma", "sqrtSigma", "none"],
    doc: "what a weight is divided by after each step: its largest singular value, the root of it, nothing",
  },
  shuffle: {
    kind: "choice",
    default: "roll",
    choices: ["roll", "permutation"],
    doc: "which z stands for an independent one: the next of the batch, or a random one",
  },
} as const;

export type WassersteinOptions = OptionsOf<typeof wassersteinOptions>;
