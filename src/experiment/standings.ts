import type { CellCost, RowCost } from "./row-cost.ts";
import { rowCost } from "./row-cost.ts";
import type { Spread } from "./statistics.ts";
import { spreadOf } from "./statistics.ts";

/** A finished cell in percent; those about the trigger are null without an attack. */
export interface Score extends CellCost {
  readonly ca: number;
  readonly asr: number | null;
  readonly cleanTargetRate: number | null;
  readonly targetAccuracy: number | null;
  /** Kinds of the flags that its result has. */
  readonly flags: readonly string[];
}

/** A defence under one attack, over the seeds. */
export interface Entry {
  readonly attack: string;
  readonly ca: Spread;
  readonly asr: Spread | null;
  readonly cleanTargetRate: Spread | null;
  readonly targetAccuracy: Spread | null;
  readonly seconds: Spread;
  /** Each once. */
  readonly flags: readonly string[];
}

/** A defence's row. */
export interface Standing {
  readonly defence: string;
  readonly undefended: boolean;
  /** By attack, in the grid's order; null where no cell is finished. */
  readonly entries: readonly (Entry | null)[];
  /** The largest mean ASR over the attacks that were learned and of which the row has cells; null without any. */
  readonly worst: { readonly attack: string; readonly asr: number } | null;
  /** The smallest difference of mean CA and mean ASR over the same attacks, in points; null without any. */
  readonly margin: number | null;
  readonly cost: RowCost;
  /** Learned attacks of which the row has no finished cell: `worst`, `margin` and `der` do not cover them. */
  readonly missing: readonly string[];
  /** Defense effectiveness rating, 0 … 100, over the same attacks; null without any. */
  readonly der: number | null;
}

/** The rows of one data set and model. */
export interface Standings {
  readonly data: string;
  readonly model: string;
  /** In the grid's order. */
  readonly attacks: readonly string[];
  /** Attacks that the undefended model learned: its mean ASR is 80 % or more. */
  readonly learned: readonly string[];
  /** By worst ASR, the smallest first; rows that miss a learned attack come after those that miss none. */
  readonly rows: readonly Standing[];
}

/** ASR from which on an attack counts as learned, in percent; as for the flag "attack not learned". */
const learnedFrom = 80;

/**
 * Ranks defences by their worst attack, for each data set and model.
 *
 * DER of an attack is (max(0, ASR₀ − ASR) − max(0, CA₀ − CA) + 100) / 2 with the undefended model's rates ₀.
 *
 * Source of DER: Zhu et al., Enhancing Fine-Tuning Based Backdoor Defense with Sharpness-Aware Minimization (2023), in percent.
 */
export function standingsOf(scores: readonly Score[]): readonly Standings[] {
  return distinct(scores.map(({ labels }) => JSON.stringify([labels.data, labels.model]))).map((key) => {
    const [data, model] = JSON.parse(key) as [string, string];
    const own = scores.filter(({ labels }) => labels.data === data && labels.model === model);
    const attacks = distinct(own.map(({ labels }) => labels.attack));
    const base = attacks.map((attack) =>
      entryOf(
        attack,
        own.filter((one) => one.undefended && one.labels.attack === attack),
      ),
    );
    const learned = base.flatMap((entry) => ((entry?.asr?.mean ?? 0) >= learnedFrom ? [entry!] : []));
    const rows = distinct(own.map(({ labels }) => labels.defence)).map((defence) =>
      standingOf(
        defence,
        own.filter(({ labels }) => labels.defence === defence),
        { attacks, learned, all: own },
      ),
    );
    return { data, model, attacks, learned: learned.map(({ attack }) => attack), rows: [...rows].sort(byWorst) };
  });
}

function standingOf(
  defence: string,
  own: readonly Score[],
  {
    attacks,
    learned,
    all,
  }: { readonly attacks: readonly string[]; readonly learned: readonly Entry[]; readonly all: readonly Score[] },
): Standing {
  const entries = attacks.map((attack) =>
    entryOf(
      attack,
      own.filter(({ labels }) => labels.attack === attack),
    ),
  );
  const pairs = learned.map((base) => ({ base, entry: entries.find((entry) => entry?.attack === base.attack) }));
  const there = pairs.flatMap(({ base, entry }) =>
    entry?.asr ? [{ base, ca: entry.ca.mean, asr: entry.asr.mean }] : [],
  );
  const worst = there.reduce<(typeof there)[number] | null>(
    (most, one) => (most === null || one.asr > most.asr ? one : most),
    null,
  );
  const ders = there.map(
    ({ base, ca, asr }) => (Math.max(0, base.asr!.mean - asr) - Math.max(0, base.ca.mean - ca) + 100) / 2,
  );
  return {
    defence,
    undefended: own.some(({ undefended }) => undefended),
    entries,
    margin: there.length === 0 ? null : Math.min(...there.map(({ ca, asr }) => ca - asr)),
    cost: rowCost(own, all),
    worst: worst && { attack: worst.base.attack, asr: worst.asr },
    missing: pairs.flatMap(({ base, entry }) => (entry?.asr ? [] : [base.attack])),
    der: spreadOf(ders)?.mean ?? null,
  };
}

function entryOf(attack: string, cells: readonly Score[]): Entry | null {
  if (cells.length === 0) return null;
  const spread = (key: "asr" | "cleanTargetRate" | "targetAccuracy"): Spread | null =>
    spreadOf(cells.flatMap((cell) => cell[key] ?? []));
  return {
    attack,
    ca: spreadOf(cells.map(({ ca }) => ca))!,
    asr: spread("asr"),
    cleanTargetRate: spread("cleanTargetRate"),
    targetAccuracy: spread("targetAccuracy"),
    seconds: spreadOf(cells.map(({ seconds }) => seconds))!,
    flags: distinct(cells.flatMap(({ flags }) => flags)),
  };
}

function byWorst(a: Standing, b: Standing): number {
  const [last, first] = [a, b].map(({ missing, worst }) => [missing.length, worst?.asr ?? Number.POSITIVE_INFINITY]);
  return last![0]! - first![0]! || last![1]! - first![1]! || (a.defence < b.defence ? -1 : 1);
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
