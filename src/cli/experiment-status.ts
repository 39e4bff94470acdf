import { spreadOf } from "../experiment/index.ts";
import { printable } from "../tensor/printable.ts";
import type { CellRecords, CellStatus } from "./cell-store.ts";
import { resultOf } from "./cell-store.ts";
import type { NamedCell } from "./experiment-cells.ts";
import type { QueuedTask } from "./slurm.ts";
import { formatTable } from "./table.ts";

/** The cells of a call in a table: what each came to, and how long it took or is likely to take. */
export function formatStatus(title: string, cells: readonly NamedCell[], store: CellRecords): string {
  const { seconds, known } = secondsOf(cells, store);
  const counts = new Map<CellStatus, number>();
  const rows = cells.map((cell) => {
    const status = store.statusOf(cell);
    counts.set(status, (counts.get(status) ?? 0) + 1);
    const own = seconds.get(cell);
    const likely = own ?? known(cell);
    const { data, attack, model, defence, seed } = cell.labels;
    const time = likely === undefined ? "?" : `${own === undefined ? "about " : ""}${likely.toFixed(0)}`;
    return [cell.name, ...[data, attack, model, defence].map((one) => printable(one)), String(seed), status, time];
  });
  const header = ["cell", "data", "attack", "model", "defence", "seed", "status", "seconds"];
  const open = cells.filter((cell) => store.statusOf(cell) !== "done");
  const left = open.reduce((sum, cell) => sum + (known(cell) ?? 0), 0);
  const unknown = open.filter((cell) => known(cell) === undefined).length;
  const more = unknown === 0 ? "" : `, and ${unknown} of which no cell of the same kind is done`;
  const summary = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  const rest = open.length === 0 ? "" : `; left: about ${(left / 60).toFixed(0)} min${more}`;
  return `${printable(title)}\n${formatTable(header, rows)}${cells.length} cells: ${summary}${rest}\n`;
}

/** How long finished cells took, and what that says of others. */
function secondsOf(
  cells: readonly NamedCell[],
  store: CellRecords,
): { readonly seconds: ReadonlyMap<NamedCell, number>; known(cell: NamedCell): number | undefined } {
  const seconds = new Map<NamedCell, number>();
  for (const cell of cells) {
    const found = store.finished(cell);
    if (found !== undefined) seconds.set(cell, resultOf(found).seconds);
  }
  return { seconds, known: meanByKind(seconds) };
}

/** How long each cell is likely to take, beside the others: in seconds where cells of some kind are done. */
export function costsOf(cells: readonly NamedCell[], store: CellRecords): (cell: NamedCell) => number {
  const { seconds, known } = secondsOf(cells, store);
  const usual = spreadOf([...seconds.values()])?.mean ?? 1;
  return (cell) => Math.max(known(cell) ?? usual, Number.MIN_VALUE);
}

/** What Slurm's queue has of an experiment. */
export function formatQueue(tasks: readonly QueuedTask[]): string {
  if (tasks.length === 0) return "Slurm: no job of this experiment is in the queue\n";
  return formatTable(
    ["Slurm task", "state", "where"],
    tasks.map(({ task, state, where }) => [task, state, where].map((one) => printable(one))),
  );
}

/** Mean seconds of finished cells with the same data, model and defence. */
function meanByKind(seconds: ReadonlyMap<NamedCell, number>): (cell: NamedCell) => number | undefined {
  const kindOf = ({ labels: { data, model, defence } }: NamedCell): string => JSON.stringify([data, model, defence]);
  const all = new Map<string, number[]>();
  for (const [cell, one] of seconds) all.set(kindOf(cell), [...(all.get(kindOf(cell)) ?? []), one]);
  return (cell) => spreadOf(all.get(kindOf(cell)) ?? [])?.mean;
}
