import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DeconfoundError, DeviceError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { CellStore } from "./cell-store.ts";
import { parseOptions } from "./command.ts";
import { DeviceMissing } from "./device-option.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import type { NamedCell } from "./experiment-cells.ts";
import { describeCell } from "./experiment-cells.ts";
import { resultsCsv, resultsMarkdown, resultsText } from "./experiment-tables.ts";
import { Interrupted } from "./interrupted.ts";
import type { Io } from "./io.ts";
import { reportName, writeReport } from "./report-files.ts";
import { parseRunConfig } from "./run-config.ts";
import { stateName } from "./run-state.ts";
import { Elsewhere } from "./shared-parts.ts";
import { goOn, trainAnew, trainCommand } from "./train.ts";

/** Cells of one call, and where they are kept. */
export interface Experiment {
  readonly title: string;
  /** Of the whole grid. */
  readonly cells: readonly NamedCell[];
  readonly store: CellStore;
}

/** How cells are trained. */
export interface Work {
  readonly io: Io;
  /** Failed cells, too. */
  readonly retry: boolean;
  readonly device: string;
}

const pause = 500; // ms between looks whether other processes have trained what is waited for

/** Trains cells one after the other, and writes the tables after each. A cell that needs what another process is at comes later. */
export async function trainCells(experiment: Experiment, own: readonly NamedCell[], work: Work): Promise<ExitCode> {
  const { cells, store, title } = experiment;
  const { io, retry } = work;
  let stop = false;
  const forget = io.onInterrupt(() => {
    stop = true;
  });
  const quiet: Io = {
    ...io,
    out: () => {}, // the tables come at the end
    onInterrupt(callback) {
      if (stop) callback();
      return io.onInterrupt(callback);
    },
  };
  const open = new Set(own.filter((cell) => isOpen(cell, store, retry)));
  const waits = new Map<NamedCell, Elsewhere>();
  const elsewhere: NamedCell[] = [];
  try {
    while (open.size > 0) {
      if (stop) return exitCode.interrupted;
      const cell = [...open].find((one) => waits.get(one)?.ready() !== false);
      if (cell === undefined) {
        await delay(pause);
        continue;
      }
      const lock = store.lock(cell);
      if (lock === undefined) elsewhere.push(cell);
      try {
        open.delete(cell);
        if (lock === undefined || !isOpen(cell, store, retry)) continue; // done by another process, since
        io.err(`cell ${own.indexOf(cell) + 1} of ${own.length}: ${printable(describeCell(cell.labels))}\n`);
        const came = await trainCell(cell, store, { ...work, io: quiet });
        if (came === exitCode.interrupted || came === exitCode.notWritten) return came;
        if (came instanceof Elsewhere) {
          io.err(`${came.message}; it comes later\n`);
          waits.set(cell, came);
          open.add(cell);
          continue;
        }
      } finally {
        lock?.release();
      }
      store.put("results.csv", resultsCsv(cells, store));
      store.put("results.md", resultsMarkdown(title, cells, store));
    }
  } finally {
    forget();
  }
  if (cells.some((cell) => ["done", "failed"].includes(store.statusOf(cell)))) {
    const only = new Set(cells.map(({ name }) => name));
    await writeReport({ folder: store.path, title: printable(title), only, out: join(store.path, reportName) });
  }
  io.out(resultsText(cells, store));
  for (const cell of elsewhere) io.err(`another process is at work on ${printable(describeCell(cell.labels))}\n`);
  const failed = own.filter((cell) => store.statusOf(cell) === "failed");
  for (const cell of failed) {
    io.err(`failed: ${printable(describeCell(cell.labels))}: ${printable(store.failed(cell)!.error, 300)}\n`);
  }
  return failed.length > 0 ? exitCode.someFailed : exitCode.ok;
}

/** Whether there is something to train. @param retry - a failed cell counts, too. */
export function isOpen(cell: NamedCell, store: CellStore, retry: boolean): boolean {
  const status = store.statusOf(cell);
  return status !== "done" && (status !== "failed" || retry);
}

/**
 * Trains one cell to its end, from where it stands, and files what comes of it.
 *
 * @returns as `train` does, or why the cell must wait.
 */
async function trainCell(
  cell: NamedCell,
  store: CellStore,
  { io, retry, device }: Work,
): Promise<ExitCode | Elsewhere> {
  if (retry && store.failed(cell) !== undefined) store.forget(cell);
  const run = store.runOf(cell);
  const begun = existsSync(join(run, stateName));
  if (!begun) rmSync(run, { recursive: true, force: true }); // of a process that died before it saved
  const call = { io, json: false, shared: store.shared };
  let code: ExitCode;
  try {
    const { values, ...given } = parseOptions(trainCommand, [...cell.words, "--device", device]);
    code = begun ? await goOn(run, call) : await trainAnew(await parseRunConfig(values, given), run, call);
  } catch (error) {
    if (error instanceof Elsewhere) return error;
    if (error instanceof Interrupted) {
      io.err(`${error.message}\n`); // while its attack trained: the run goes on from there
      return error.code;
    }
    if (error instanceof DeviceMissing || error instanceof DeviceError) throw error; // no cell can be trained
    const { name, message, stack } = error as Error;
    store.fail(cell, error instanceof DeconfoundError ? `${name}: ${message}` : (stack ?? message));
    return exitCode.ok; // the cell's file has it; the others go on
  }
  if (code === exitCode.ok) store.finish(cell);
  return code;
}
