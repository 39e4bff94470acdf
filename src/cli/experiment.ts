import process from "node:process";
import { parseShard, shardOf } from "../experiment/index.ts";
import type { OptionsOf } from "../options/option.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { CellRecords, CellStore } from "./cell-store.ts";
import { noRecords, openCellStore } from "./cell-store.ts";
import type { Command } from "./command.ts";
import { required } from "./command.ts";
import type { DeviceChosen } from "./device-option.ts";
import { DeviceMissing, deviceOption, withDevice } from "./device-option.ts";
import { speedOf } from "./device-speed.ts";
import { exitCode } from "./exit-code.ts";
import type { NamedCell } from "./experiment-cells.ts";
import { readCells } from "./experiment-cells.ts";
import type { Estimate } from "./experiment-estimate.ts";
import { balanceOf, estimateOf, workOf } from "./experiment-estimate.ts";
import { formatQueue, formatStatus } from "./experiment-status.ts";
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
  "dry-run": {
    kind: "boolean",
    default: false,
    doc: "list the cells, what each computes, and about how long it will take on this device",
  },
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
      io.out(formatStatus(title, own, noRecords, await counted(own, noRecords, values.device, io)));
      return exitCode.ok;
    }
    const looks = values["dry-run"] || values.status;
    const store = await openCellStore(required(values.out, "out"), { write: !looks });
    if (looks) {
      const estimate = values["dry-run"] ? await counted(own, store, values.device, io) : estimateOf(own, store);
      io.out(formatStatus(title, own, store, estimate));
      const tasks = submittedTasks(values.out!);
      if (tasks !== null) io.out(formatQueue(tasks));
      return exitCode.ok;
    }
    if (values.submit !== null) {
      await submitOpen(operands[0]!, own, store, values, io);
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

/** Estimates from what cells compute. The device is opened only for cells of which no finished cell tells the speed. */
async function counted(
  cells: readonly NamedCell[],
  store: CellRecords,
  device: DeviceChosen["device"],
  io: Io,
): Promise<Estimate> {
  const work = await workOf(cells);
  const known = estimateOf(cells, store, { work });
  if (cells.every((cell) => known.seconds(cell) !== undefined || !work.has(cell))) return known;
  return estimateOf(cells, store, { work, speed: await speedOfChosen(device, io) });
}

/** Null where the device is not there; standard error says so. */
async function speedOfChosen(device: DeviceChosen["device"], io: Io): Promise<number | null> {
  try {
    return await withDevice({ device, tuning: null, resident: null }, io, async ({ open }) => speedOf(await open()));
  } catch (error) {
    if (!(error instanceof DeviceMissing)) throw error;
    io.err(`${error.message}\n`);
    return null;
  }
}

async function submitOpen(
  file: string,
  own: readonly NamedCell[],
  store: CellStore,
  { out, data, device, retry, tasks, slurm }: OptionsOf<typeof options>,
  io: Io,
): Promise<void> {
  const open = own.filter((cell) => isOpen(cell, store, retry));
  if (open.length === 0) {
    io.out("nothing is left to submit\n");
    return;
  }
  const costOf = balanceOf(own, estimateOf(own, store, { work: await workOf(own) }));
  const made = submitCells(open, { file, out: out!, data, device, retry, tasks, options: slurm, costOf });
  const { job, counts, script } = made;
  io.out(`Slurm job ${job}: ${counts.length} tasks of ${counts.join(", ")} cells; ${script}\n`);
}
