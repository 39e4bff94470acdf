import { presets } from "../../cbd/options.ts";
import type { Defence, Preset } from "../defence.ts";
import { trainByRelativeDifficulty } from "./cbd/by-relative-difficulty.ts";
import { trainBySuspects } from "./cbd/by-suspects.ts";
import type { CbdDefenceOptions } from "./cbd/options.ts";
import { cbdDefenceOptions } from "./cbd/options.ts";

/** The preset says where weights come from; the paper's f_B and its weights have options of their own. */
const unused = ["weights", "backdoor", "weight"];

const paperPresets = Object.fromEntries(
  Object.entries(presets).map(([name, changes]): [string, Preset<CbdDefenceOptions>] => [
    name,
    { changes: { ...changes, weights: "relativeDifficulty" }, unused: ["weights", "scan", "late"] },
  ]),
);

/**
 * CBD: one network learns the shortcut, another learns the labels and stays independent of it.
 *
 * Presets: `auto` (see docs/auto.md) needs no settings; `paper`, `official` and `official+mi` are those of the publication.
 */
export const cbd: Defence<CbdDefenceOptions> = {
  name: "cbd",
  summary: "a clean model that is deconfounded from one that learns shortcuts",
  source: "Zhang et al., Backdoor Defense via Deconfounded Representation Learning (CVPR 2023)",
  needs: "nothing",
  options: cbdDefenceOptions,
  presets: { auto: { changes: {}, unused }, ...paperPresets },
  train: (lab, options) =>
    options.weights === "suspects" ? trainBySuspects(lab, options) : trainByRelativeDifficulty(lab, options),
};
