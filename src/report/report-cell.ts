import type { Defence } from "../backdoor/defence.ts";
import type { Flag } from "../backdoor/flags.ts";
import type { Evidence } from "./evidence.ts";

/** Where in a comparison a training lies. */
export interface Place {
  readonly data: string;
  readonly model: string;
  readonly attack: string;
  readonly defence: string;
  readonly seed: number;
}

/** Rates in percent; those about the trigger are null without an attack. */
export interface ReportRates {
  readonly ca: number;
  readonly asr: number | null;
  readonly ra: number | null;
  readonly cleanTargetRate: number | null;
  readonly targetAccuracy: number | null;
}

/** One epoch of one model. */
export interface ReportEpoch extends ReportRates {
  readonly phase: string;
  readonly means: Readonly<Record<string, number>>;
}

/** A finished training with one defence. */
export interface ReportCell {
  /** Of its file, or of its run. */
  readonly name: string;
  readonly place: Place;
  /** Of the index, where the place's may be any label. */
  readonly defence: string;
  readonly needs: Defence["needs"];
  readonly undefended: boolean;
  /** What the attack is but for its rate, 0 … 1; null without one attack that has a rate. */
  readonly attackRate: { readonly family: string; readonly rate: number } | null;
  readonly result: ReportRates & {
    readonly flags: readonly Flag[];
    readonly classAccuracy: readonly number[];
    /** Floating-point operations ÷ those of one forward pass over the training set; left out by older versions of this program. */
    readonly forwardEquivalents?: number | undefined;
    readonly seconds: number;
  };
  readonly epochs: readonly ReportEpoch[];
  /** Sizes of the sets behind the rates. */
  readonly sets: {
    readonly train: number;
    readonly poisoned: number;
    /** Clean images that the defences which need some were given; left out where none does. */
    readonly clean?: number | undefined;
    readonly test: number;
    readonly triggered: number;
  };
  /** How well its ranking of the training images finds the poison; null without a ranking, or without known poison. */
  readonly auroc: number | null;
  /** For pictures of how it works; null where it kept none. */
  readonly evidence: Evidence | null;
  /** All that was set, and what it ran on: names and values. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A training that failed. */
export interface FailedReportCell {
  readonly place: Place;
  readonly error: string;
}

/** Trainings that differ in the seed alone. */
export interface CellGroup {
  readonly place: Omit<Place, "seed">;
  readonly cells: readonly ReportCell[];
}

/** Trainings of one data set, model and attack, by defence. */
export interface Setting {
  readonly data: string;
  readonly model: string;
  readonly attack: string;
  readonly groups: readonly CellGroup[];
}

/** Cells by data set, model and attack, in the order in which these appear. */
export function settingsOf(cells: readonly ReportCell[]): readonly Setting[] {
  const settings = gathered(cells, ({ place: { data, model, attack } }) => JSON.stringify([data, model, attack]));
  return settings.map((own) => {
    const { data, model, attack } = own[0]!.place;
    const groups = gathered(own, ({ place }) => place.defence).map((same) => {
      const { seed: _, ...place } = same[0]!.place;
      return { place, cells: same };
    });
    return { data, model, attack, groups };
  });
}

function gathered<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const value of values) {
    const same = found.get(keyOf(value));
    if (same === undefined) found.set(keyOf(value), [value]);
    else same.push(value);
  }
  return [...found.values()];
}

/** `shapes, small-8, badnets` */
export function nameSetting({ data, model, attack }: Pick<Place, "data" | "model" | "attack">): string {
  return [data, model, attack].join(", ");
}
