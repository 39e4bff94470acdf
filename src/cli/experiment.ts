import type { Shard } from "../experiment/index.ts";
import { parseShard, shardOf } from "../experiment/index.ts";
import { noRecords, openCellStore } from "./cell-store.ts";
import type { Command } from "./command.ts";
import { required } from "./command.ts";
import { deviceOption } from "./device-option.ts";
import { exitCode } from "./exit-code.ts";
import { readCells } from "./experiment-cells.ts";
import { formatStatus } from "./experiment-status.ts";
import { trainCells } from "./train-cells.ts";

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
