import process from "node:process";
import { parseShard, shardOf } from "../experiment/index.ts";
import type { OptionsOf } from "../options/option.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { CellStore } from "./cell-store.ts";
import { noRecords, openCellStore } from "./cell-store.ts";
import type { Command } from "./command.ts";
import { required } from "./command.ts";
import { deviceOption } from "./device-option.ts";
import { exitCode } from "./exit-code.ts";
import type { NamedCell } from "./experiment-cells.ts";
import { readCells } from "./experiment-cells.ts";
import { costsOf, formatQueue, formatStatus } from "./experiment-status.ts";
import type { Io } from "./io.ts";
import { requeueSelf } from "./slurm.ts";
import { cellsNamed, submitCells, submittedTasks } from "./submit-cells.ts";
import { isOpen, trainCells } from "./train-cells.ts";

const options = {
  data: { kind: "text", default: null, form: "DIR", doc: "folder for data that the file names without one" },
  out: { kind: "text", default: null, form: "DIR", doc: "the experiment's folder: new, or that of an earlier call" },
  shard: { kind: "text", default: null, form: "I/N", doc: "train only every N-th cell, from the I-th on" },
  cells: { kind: "text", default: null, form: "FILE", doc: "train only the cells that FILE names, one a line" },
  retry: { kind: "boolean", default: false, doc: "train failed cells again" },
  "dry-run": { kind: "boolean", default: false, doc: "list the cells, and how long each will take as far as known" },
  status: {
    kind: "boolean",
    default: false,
    doc: "list what is done, failed, at work, begun, waiting, or done by other code",
  },
  submit: {
    kind: "choice",
    default: null,
    choices: ["slurm"],
    doc: "submit the cells that are not done to a scheduler as an array job, instead of training here",
  },
  tasks: {
    kind: "integer",
    default: 8,
    from: 1,
    to: 10_000,
    doc: "most tasks of the array; each has about equal work",
  },
  slurm: {
    kind: "text",
    default: "",
    form: "OPTIONS",
    doc: 'options of sbatch, such as "--partition=gpu --time=4:00:00"',
  },
  device: deviceOption as typeof deviceOption,
} as const;

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
    const own = await chosenFrom(cells, values);
    if (values["dry-run"] && values.out === null) {
      io.out(formatStatus(title, own, noRecords));
      return exitCode.ok;
    }
    const looks = values["dry-run"] || values.status;
    const store = await openCellStore(required(values.out, "out"), { write: !looks });
    if (looks) {
      io.out(formatStatus(title, own, store));
      const tasks = submittedTasks(values.out!);
      if (tasks !== null) io.out(formatQueue(tasks));
      return exitCode.ok;
    }
    if (values.submit !== null) {
      submitOpen(operands[0]!, own, store, values, io);
      return exitCode.ok;
    }
    const code = await trainCells({ title, cells, store }, own, { ...values, io });
    const isTask = values.cells !== null && process.env["SLURM_ARRAY_TASK_ID"] !== undefined;
    if (code === exitCode.interrupted && isTask && requeueSelf()) io.err("back in Slurm's queue, to go on from here\n");
    return code;
  },
};

async function chosenFrom(
  cells: readonly NamedCell[],
  { shard, cells: named }: OptionsOf<typeof options>,
): Promise<readonly NamedCell[]> {
  if (shard !== null && named !== null) throw new ConfigError("--shard and --cells both choose cells: leave one out");
  if (named !== null) return cellsNamed(named, cells);
  return shard === null ? cells : shardOf(cells, parseShard(shard));
}

function submitOpen(
  file: string,
  own: readonly NamedCell[],
  store: CellStore,
  { out, data, device, retry, tasks, slurm }: OptionsOf<typeof options>,
  io: Io,
): void {
  const open = own.filter((cell) => isOpen(cell, store, retry));
  if (open.length === 0) {
    io.out("nothing is left to submit\n");
    return;
  }
  const costOf = costsOf(own, store);
  const made = submitCells(open, { file, out: out!, data, device, retry, tasks, options: slurm, costOf });
  const { job, counts, script } = made;
  io.out(`Slurm job ${job}: ${counts.length} tasks of ${counts.join(", ")} cells; ${script}\n`);
}
