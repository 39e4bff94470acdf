import type { CellLabels } from "./grid.ts";
import { spreadOf } from "./statistics.ts";

/** What a training cost. */
export interface CellCost {
  readonly labels: CellLabels;
  readonly undefended: boolean;
  /** Forward equivalents; null where nothing was counted. */
  readonly passes: number | null;
  readonly seconds: number;
}

/** A row's cost as a multiple of training without a defence, over its cells. */
export interface Times {
  readonly mean: number;
  readonly most: number;
}

/** What a row costs. Null without figures, or without an undefended cell under the same attack. */
export interface RowCost {
  /** Means over its cells. */
  readonly passes: number | null;
  readonly seconds: number;
  readonly timesPasses: Times | null;
  readonly timesSeconds: Times | null;
}

/**
 * What a row's cells cost. Each is set against the mean of the undefended cells under the same attack.
 *
 * @param own - the row's cells, at least one. @param all - those of the same data set and model.
 */
export function rowCost(own: readonly CellCost[], all: readonly CellCost[]): RowCost {
  const counted = own.flatMap(({ passes }) => passes ?? []);
  return {
    passes: spreadOf(counted)?.mean ?? null,
    seconds: spreadOf(own.map(({ seconds }) => seconds))!.mean,
    timesPasses: timesOf(own, all, "passes"),
    timesSeconds: timesOf(own, all, "seconds"),
  };
}

function timesOf(own: readonly CellCost[], all: readonly CellCost[], of: "passes" | "seconds"): Times | null {
  const times = own.flatMap((cell) => {
    const plain = all.filter(({ undefended, labels }) => undefended && labels.attack === cell.labels.attack);
    const base = spreadOf(plain.flatMap((one) => one[of] ?? []))?.mean;
    const cost = cell[of];
    return base === undefined || base === 0 || cost === null ? [] : [cost / base];
  });
  return times.length === 0 ? null : { mean: spreadOf(times)!.mean, most: Math.max(...times) };
}
