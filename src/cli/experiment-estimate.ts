import { spreadOf } from "../experiment/index.ts";
import type { CellRecords } from "./cell-store.ts";
import { resultOf } from "./cell-store.ts";
import type { CellWork } from "./cell-work.ts";
import type { NamedCell } from "./experiment-cells.ts";

/** What is known of cells before they are trained. */
export interface Estimate {
  /** What a cell computes; undefined where it is not counted, or where its defence refuses it. */
  workOf(cell: NamedCell): CellWork | undefined;
  /** Of a finished cell. */
  took(cell: NamedCell): number | undefined;
  /** Likely seconds. */
  seconds(cell: NamedCell): number | undefined;
}

/** What each cell computes; those that differ in attack and seed are counted once. */
export async function workOf(cells: readonly NamedCell[]): Promise<ReadonlyMap<NamedCell, CellWork>> {
  const work = new Map<NamedCell, CellWork>();
  for (const cell of cells) {
    const found = await cell.work();
    if (found !== null) work.set(cell, found);
  }
  return work;
}

/**
 * Likely seconds of cells: the mean of finished cells of the same data, model and defence; else by what is counted, at the speed of
 * finished cells of the same data and model; else at the device's.
 *
 * @param work - none where nothing was counted. @param speed - floating-point operations per second; null where unknown.
 */
export function estimateOf(
  cells: readonly NamedCell[],
  store: CellRecords,
  {
    work = new Map(),
    speed = null,
  }: { readonly work?: ReadonlyMap<NamedCell, CellWork>; readonly speed?: number | null } = {},
): Estimate {
  const done = new Map<NamedCell, number>();
  for (const cell of cells) {
    const found = store.finished(cell);
    if (found !== undefined) done.set(cell, resultOf(found).seconds);
  }
  const meanOver = (alike: (one: NamedCell) => boolean, of: (seconds: number, one: NamedCell) => number | undefined) =>
    spreadOf([...done].flatMap(([one, seconds]) => (alike(one) ? (of(seconds, one) ?? []) : [])))?.mean;
  return {
    workOf: (cell) => work.get(cell),
    took: (cell) => done.get(cell),
    seconds(cell) {
      const isNear = (one: NamedCell): boolean =>
        one.labels.data === cell.labels.data && one.labels.model === cell.labels.model;
      const same = meanOver(
        (one) => isNear(one) && one.labels.defence === cell.labels.defence,
        (seconds) => seconds,
      );
      const flops = work.get(cell)?.flops;
      if (same !== undefined || flops === undefined) return same;
      const perFlop = meanOver(isNear, (seconds, one) => {
        const counted = work.get(one)?.flops;
        return counted === undefined ? undefined : seconds / counted;
      });
      return perFlop !== undefined ? perFlop * flops : speed === null ? undefined : flops / speed;
    },
  };
}

/** Cost of each cell beside the others: likely seconds where all have some, else operations, else 1. Above 0. */
export function balanceOf(cells: readonly NamedCell[], { seconds, workOf }: Estimate): (cell: NamedCell) => number {
  const all = cells.every((cell) => seconds(cell) !== undefined);
  const usual = spreadOf(cells.flatMap((cell) => workOf(cell)?.flops ?? []))?.mean ?? 1;
  return (cell) => Math.max((all ? seconds(cell) : workOf(cell)?.flops) ?? usual, Number.MIN_VALUE);
}
