import type { Classifier } from "../nn/classifier.ts";
import type { Network } from "../nn/network.ts";
import type { Changes, OptionTable } from "../options/option.ts";
import { defaultsOf, withChanges } from "../options/table.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Lab } from "./lab.ts";
import type { LateFinding } from "./scan/late/late-scan.ts";
import type { Scan } from "./scan/scan.ts";

/** A network that learnt shortcuts before it learnt anything else, and what applies it: CBD's f_B, the early model of other defences. */
export interface Confounder {
  readonly classifier: Classifier<object, object>;
  readonly network: Network<object, object>;
}

/** A network of the lab's classifier as a confounder. */
export function confounderOf<P, S>({ classifier }: Pick<Lab<P, S>, "classifier">, network: Network<P, S>): Confounder {
  return { classifier, network } as unknown as Confounder; // whoever applies it gives the one to the other
}

/** What a defence delivers. */
export interface Defended<P, S> {
  readonly network: Network<P, S>;
  /** One number per training sample, higher for what looks more like poison. */
  readonly suspicion?: ArrayLike<number> | undefined;
  /** Further columns of the list of suspects, one number per sample: what the suspicion was made from. */
  readonly evidence?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** Of defences that scan the set first. */
  readonly scan?: Scan | undefined;
  /** Of those that train one. */
  readonly confounder?: Confounder | undefined;
  /** Of those that then looked for triggers that are learnt late. */
  readonly late?: LateFinding | undefined;
}

/**
 * A way to train on data that may be poisoned. It is a script: it calls `lab.phase` as often as it likes, on any part of the
 * data, and may look at predictions in between. A stopped run is resumed by running the script again over finished phases, so
 * it must do the same again.
 */
export interface Defence<O extends object = object> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** The publication. */
  readonly source: string;
  /** What it must be given besides the training set; every table says it. */
  readonly needs: "nothing" | "cleanSubset" | "poisonRate";
  readonly options: OptionTable<O>;
  /** By name; the first one is what is taken when nothing is said. */
  readonly presets?: Readonly<Record<string, Preset<O>>> | undefined;
  train<P extends object, S>(lab: Lab<P, S>, options: O): Promise<Defended<P, S>>;
}

/** A way to set a defence's options. */
export interface Preset<O extends object = object> {
  /** To the defaults. */
  readonly changes: Changes<O>;
  /** Options, or groups of them, that decide nothing under this preset; to set one is an error. */
  readonly unused?: readonly string[] | undefined;
}

/** Whether an option of a full name such as `backdoor.epochs` decides something under a preset. */
export function isUsed({ unused = [] }: Pick<Preset, "unused">, option: string): boolean {
  return !unused.some((name) => option === name || option.startsWith(`${name}.`));
}

/** A defence's options by one of its presets, the first if none is named. @throws ConfigError for a preset that it does not have. */
export function presetOptions<O extends object>(defence: Defence<O>, preset?: string): O {
  const { name, options, presets = {} } = defence;
  const known = Object.keys(presets);
  const chosen = preset ?? known[0];
  if (chosen === undefined) return defaultsOf(options);
  if (!known.includes(chosen)) {
    throw new ConfigError(`${name}: there is no preset ${chosen}`, [`known here: ${known.join(", ") || "none"}`]);
  }
  return withChanges(options, defaultsOf(options), presets[chosen]!.changes, name);
}
