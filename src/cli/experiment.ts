import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Shard } from "../experiment/index.ts";
import { parseShard, shardOf } from "../experiment/index.ts";
import { DeconfoundError, DeviceError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { CellStore } from "./cell-store.ts";
import { noRecords, openCellStore } from "./cell-store.ts";
import type { Command } from "./command.ts";
import { parseOptions, required } from "./command.ts";
import { DeviceMissing, deviceOption } from "./device-option.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import type { NamedCell } from "./experiment-cells.ts";
import { describeCell, readCells } from "./experiment-cells.ts";
import { formatStatus } from "./experiment-status.ts";
import { resultsCsv, resultsMarkdown, resultsText } from "./experiment-tables.ts";
import { Interrupted } from "./interrupted.ts";
import type { Io } from "./io.ts";
import { stateName } from "./run-state.ts";
import { trainCommand } from "./train.ts";

const options = {
  data: { kind: "text", default: null, form: "DIR", doc: "folder for data that the file names without one" },
  out: { kind: "text", default: null, form: "DIR", doc: "the experiment's folder: new, or that of an earlier call" },
  shard: { kind: "text", default: null, form: "I/N", doc: "train only every N-th cell, from the I-th on" },
  retry: { kind: "boolean", default: false, doc: "train failed cells again" },
  "dry-run": { kind: "boolean", default: false, doc: "list the cells, and how long each will take as far as known" },
  status: {
    kind: "boolean",
    default: false,
    doc: "list what is done, failed, at work, begun, waiting, or done by other code",
  },
  device: deviceOption as typeof deviceOption,
} as const;

/** Cells of one call, and where they are kept. */
interface Experiment {
  readonly title: string;
  /** Of the whole grid. */
  readonly cells: readonly NamedCell[];
  readonly store: CellStore;
}

/** `deconfound experiment`: all cells of a grid, kept one by one. */
export const experimentCommand: Command<typeof options> = {
  name: "experiment",
  summary: "train a grid of attacks, defences, models and seeds, cell by cell, and rank the defences",
  options,
  operands: { form: "FILE", doc: "the grid, as JSON: docs/experiments.md", least: 1, most: 1 },
  notes: `Stop it whenever you like: the same command goes on. Several processes can work in one folder at a time. A cell that fails keeps
its error, and the others go on.
`,
  async run(values, io, { operands }) {
    const { title, cells } = await readCells(operands[0]!, values.data, io);
    const shard: Shard = values.shard === null ? { index: 1, count: 1 } : parseShard(values.shard);
    const own = shardOf(cells, shard);
    if (values["dry-run"] && values.out === null) {
      io.out(formatStatus(title, own, noRecords));
      return exitCode.ok;
    }
    const looks = values["dry-run"] || values.status;
    const store = await openCellStore(required(values.out, "out"), { write: !looks });
    if (looks) {
      io.out(formatStatus(title, own, store));
      return exitCode.ok;
    }
    return trainCells({ title, cells, store }, own, { ...values, io });
  },
};

interface Work {
  readonly io: Io;
  readonly retry: boolean;
  readonly device: string;
}

async function trainCells(experiment: Experiment, own: readonly NamedCell[], work: Work): Promise<ExitCode> {
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
  const elsewhere: NamedCell[] = [];
  try {
    for (const [i, cell] of own.entries()) {
      const status = store.statusOf(cell);
      if (status === "done" || (status === "failed" && !retry)) continue;
      if (stop) return exitCode.interrupted;
      const lock = store.lock(cell);
      if (lock === undefined) {
        elsewhere.push(cell);
        continue;
      }
      try {
        if (store.statusOf(cell) === "done") continue; // by another process, since
        io.err(`cell ${i + 1} of ${own.length}: ${printable(describeCell(cell.labels))}\n`);
        const code = await trainCell(cell, store, { ...work, io: quiet });
        if (code === exitCode.interrupted || code === exitCode.notWritten) return code;
      } finally {
        lock.release();
      }
      store.put("results.csv", resultsCsv(cells, store));
      store.put("results.md", resultsMarkdown(title, cells, store));
    }
  } finally {
    forget();
  }
  io.out(resultsText(cells, store));
  for (const cell of elsewhere) io.err(`another process is at work on ${printable(describeCell(cell.labels))}\n`);
  const failed = own.filter((cell) => store.statusOf(cell) === "failed");
  for (const cell of failed) {
    io.err(`failed: ${printable(describeCell(cell.labels))}: ${printable(store.failed(cell)!.error, 300)}\n`);
  }
  return failed.length > 0 ? exitCode.someFailed : exitCode.ok;
}

/** Trains one cell to its end, from where it stands, and files what comes of it. @returns as `train` does. */
async function trainCell(cell: NamedCell, store: CellStore, { io, retry, device }: Work): Promise<ExitCode> {
  if (retry && store.failed(cell) !== undefined) store.forget(cell);
  const run = store.runOf(cell);
  const begun = existsSync(join(run, stateName));
  if (!begun) rmSync(run, { recursive: true, force: true }); // of a process that died before it saved
  const words = begun ? ["--resume", run] : [...cell.words, "--device", device, "--out", run];
  let code: ExitCode;
  try {
    const parsed = parseOptions(trainCommand, words);
    code = await trainCommand.run(parsed.values, io, parsed);
  } catch (error) {
    // stopped while its attack trained: the run goes on from there; without a device no cell can be trained
    if (error instanceof Interrupted || error instanceof DeviceMissing || error instanceof DeviceError) throw error;
    const { name, message, stack } = error as Error;
    store.fail(cell, error instanceof DeconfoundError ? `${name}: ${message}` : (stack ?? message));
    return exitCode.ok; // the cell's file has it; the others go on
  }
  if (code === exitCode.ok) store.finish(cell);
  return code;
}
