import { printable } from "../tensor/printable.ts";
import type { CellRecords, CellStatus } from "./cell-store.ts";
import type { NamedCell } from "./experiment-cells.ts";
import type { Estimate } from "./experiment-estimate.ts";
import type { QueuedTask } from "./slurm.ts";
import { formatTable } from "./table.ts";

/**
 * The cells of a call in a table: what each came to, and how long it took or is likely to take; where it was counted, what it computes
 * beside plain training.
 */
export function formatStatus(
  title: string,
  cells: readonly NamedCell[],
  store: CellRecords,
  estimate: Estimate,
): string {
  const { took, seconds, workOf } = estimate;
  const isCounted = cells.some((cell) => workOf(cell) !== undefined);
  const costOf = (cell: NamedCell): readonly string[] => {
    const work = workOf(cell);
    return isCounted ? [work?.passes.toFixed(0) ?? "?", work?.timesNone.toFixed(2) ?? "?"] : [];
  };
  const counts = new Map<CellStatus, number>();
  const rows = cells.map((cell) => {
    const status = store.statusOf(cell);
    counts.set(status, (counts.get(status) ?? 0) + 1);
    const likely = took(cell) ?? seconds(cell);
    const { data, attack, model, defence, seed } = cell.labels;
    const time = likely === undefined ? "?" : `${took(cell) === undefined ? "about " : ""}${likely.toFixed(0)}`;
    const place = [data, attack, model, defence].map((one) => printable(one));
    return [cell.name, ...place, String(seed), status, ...costOf(cell), time];
  });
  const cost = isCounted ? ["passes", "× none"] : [];
  const header = ["cell", "data", "attack", "model", "defence", "seed", "status", ...cost, "seconds"];
  const open = cells.filter((cell) => store.statusOf(cell) !== "done");
  const left = open.reduce((sum, cell) => sum + (seconds(cell) ?? 0), 0);
  const unknown = open.filter((cell) => seconds(cell) === undefined).length;
  const more = unknown === 0 ? "" : `, and ${unknown} of which no cell of the same kind is done`;
  const summary = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  const rest = open.length === 0 ? "" : `; left: about ${(left / 60).toFixed(0)} min${more}`;
  return `${printable(title)}\n${formatTable(header, rows)}${cells.length} cells: ${summary}${rest}\n`;
}

/** What Slurm's queue has of an experiment. */
export function formatQueue(tasks: readonly QueuedTask[]): string {
  if (tasks.length === 0) return "Slurm: no job of this experiment is in the queue\n";
  return formatTable(
    ["Slurm task", "state", "where"],
    tasks.map(({ task, state, where }) => [task, state, where].map((one) => printable(one))),
  );
}
