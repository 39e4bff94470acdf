import type { Dataset } from "../data/dataset.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Attack, LabelMode } from "./attack.ts";
import { randomOrder } from "./random-order.ts";

// Options that attacks share, each declared once; and the rules that they decide.

export const rateOption = {
  kind: "number",
  default: 0.1,
  from: 0,
  to: 1,
  doc: "share of the training images that is poisoned",
  flag: "rate",
} as const;

export const rateBaseOption = {
  kind: "choice",
  default: "dataset",
  choices: ["dataset", "targetClass"],
  doc: "what the rate is a share of: all training images, or those of the target class",
  flag: "rate-base",
} as const;

export const targetOption = {
  kind: "integer",
  default: 0,
  from: 0,
  to: 65_535,
  isClass: true,
  doc: "class that the trigger calls for, by number or name",
  flag: "target",
} as const;

export const excludeTargetOption = {
  kind: "boolean",
  default: false,
  doc: "poison no image that is of the target class already",
} as const;

/** The label modes of an attack that changes labels. */
export const dirtyLabelsOption = {
  kind: "choice",
  default: "allToOne",
  choices: ["allToOne", "allToAll"],
  doc: "labels of poisoned images: allToOne: the target; allToAll: the class after their own",
  flag: "labels",
} as const;

/** Values of the shared options. An attack without one of the last two does as with its default. */
export interface PoisonChoice {
  readonly rate: number;
  readonly rateBase: "dataset" | "targetClass";
  readonly target: number;
  readonly labels: LabelMode;
  readonly excludeTarget?: boolean;
}

/** Second key word: keeps the choice of poison apart from other uses of the seed. */
const poisonStream = 0x62616421;

/**
 * The shared rules as fields of an attack.
 *
 * ⌊rate·base⌋ samples are chosen, the first of a seeded permutation of the whole set among those that may be: all (the target
 * class included, as in the authors' code), those of other classes (`excludeTarget`), or those of the target class (`cleanLabel`).
 */
export function poisonRules<O extends PoisonChoice>(name: string): Pick<Attack<O>, "relabels" | "choose" | "targetOf"> {
  return {
    relabels: ({ labels }) => labels !== "cleanLabel",
    choose: (train, options, seed, taken) => choosePoison(name, train, options, { seed, taken }),
    targetOf: (label, { labels, target }, classes) => (labels === "allToAll" ? (label + 1) % classes : target),
  };
}

function choosePoison(
  name: string,
  train: Dataset,
  options: PoisonChoice,
  { seed, taken }: { readonly seed: number; readonly taken: ReadonlySet<number> },
): Int32Array {
  const { rate, rateBase, target, labels, excludeTarget = false } = options;
  checkTarget(name, train, options);
  if (excludeTarget && labels === "cleanLabel") {
    throw new ConfigError(`${name}: excludeTarget leaves nothing to poison`, [
      "labels cleanLabel poisons the target class only",
    ]);
  }
  if (rateBase === "targetClass" && labels === "allToAll") {
    throw new ConfigError(`${name}: rateBase targetClass has no meaning with labels allToAll`, [
      "expects rateBase dataset: every class is a target",
    ]);
  }
  const inTarget = train.labels.reduce((sum, label) => sum + (label === target ? 1 : 0), 0);
  const [base, of] =
    rateBase === "dataset"
      ? [train.count, `${train.count} training images`]
      : [inTarget, `${inTarget} training images of class ${target}`];
  const count = Math.floor(rate * base);
  if (rate > 0 && count === 0) {
    throw new ConfigError(`${name}: rate ${rate} of ${of} selects none (target class ${target})`, [
      base === 0 ? "name another target" : `raise the rate to ${1 / base} at least, or train on more images`,
    ]);
  }
  const may = (index: number): boolean => {
    if (taken.has(index)) return false;
    if (labels === "cleanLabel") return train.labels[index] === target;
    return !(excludeTarget && labels === "allToOne" && train.labels[index] === target);
  };
  const pool = randomOrder([seed >>> 0, poisonStream], train.count).filter(may);
  if (count > pool.length) {
    const others = excludeTarget ? `the classes other than ${target} hold` : "there are";
    const from = labels === "cleanLabel" ? `class ${target} holds` : others;
    const left = taken.size === 0 ? "" : " that no other attack has";
    throw new ConfigError(`${name}: rate ${rate} of ${of} asks for ${count}, but ${from} ${pool.length}${left}`, [
      `lower the rate to ${pool.length / base} at most`,
    ]);
  }
  return pool.slice(0, count).sort();
}

/**
 * ⌊ratio·poisoned⌋ samples beside the poisoned ones, for false triggers: the next of the same permutation.
 *
 * @throws ConfigError if the set does not hold so many.
 */
export function chooseBeside(
  name: string,
  train: Dataset,
  {
    ratio,
    seed,
    poisoned,
    taken,
  }: {
    readonly ratio: number;
    readonly seed: number;
    readonly poisoned: Int32Array;
    readonly taken: ReadonlySet<number>;
  },
): Int32Array {
  const pool = randomOrder([seed >>> 0, poisonStream], train.count).filter((index) => !taken.has(index));
  const count = Math.floor(ratio * poisoned.length);
  if (count > pool.length) {
    throw new ConfigError(
      `${name}: crossRatio ${ratio} asks for ${count} images beside the ${poisoned.length} poisoned ones, there are ${pool.length}`,
      ["lower the rate or crossRatio"],
    );
  }
  return pool.slice(0, count).sort();
}

/** @throws ConfigError for a target class that the data does not have. */
export function checkTarget(name: string, { classes }: Dataset, { target }: Pick<PoisonChoice, "target">): void {
  if (target >= classes) {
    throw new ConfigError(`${name}: target class ${target} does not exist`, [`expects 0 … ${classes - 1}`]);
  }
}
