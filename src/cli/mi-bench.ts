import { parseShard, shardOf } from "../experiment/index.ts";
import { checkEstimator, easyTasks, estimators, taskNamed, tasks } from "../mi/index.ts";
import type { OptionsOf } from "../options/option.ts";
import { ConfigError, DataError, DeconfoundError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Command } from "./command.ts";
import type { LazyDevice } from "./device-option.ts";
import { deviceConfig, deviceOption, tuningOption, withDevice } from "./device-option.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import type { MiCell, MiLine, MiStore } from "./mi-bench-store.ts";
import { folderStore, memoryStore } from "./mi-bench-store.ts";
import { formatMiTable } from "./mi-bench-table.ts";
import { checkMethod, methodsHelp, miTraining, runMethod } from "./mi-method.ts";

const options = {
  tier: {
    kind: "choice",
    default: "1",
    choices: ["0", "1", "2"],
    doc: "0: each estimator against its facts, without training; 1: eight easy tasks; 2: all tasks",
  },
  estimators: {
    kind: "text",
    default: "infonce,dv,nwj,smile",
    form: "NAME,NAME…",
    doc: "which estimators, of the list below",
  },
  tasks: { kind: "text", default: null, form: "ID,ID…", doc: "which tasks [those of the tier]" },
  seeds: { kind: "integer", default: 2, from: 1, to: 1000, unit: "seeds", doc: "seeds 0, 1, … of every cell" },
  samples: {
    kind: "integer",
    default: 2000,
    from: 16,
    to: 100000,
    unit: "pairs",
    doc: "for estimators without a critic",
  },
  out: { kind: "text", default: null, form: "DIR", doc: "keep each cell: the same call goes on where one was stopped" },
  shard: { kind: "text", default: null, form: "I/N", doc: "run only every N-th cell, from the I-th on" },
  steps: miTraining.steps as typeof miTraining.steps,
  batch: miTraining.batch as typeof miTraining.batch,
  lr: miTraining.lr as typeof miTraining.lr,
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  json: { kind: "boolean", default: false, doc: "print a line for each cell instead of the table" },
} as const;

type Values = OptionsOf<typeof options>;

/** Names of `--estimators`. @throws ConfigError for one that there is not. */
function estimatorsOf({ estimators: text }: Values): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  names.forEach(checkMethod);
  return names;
}

/** `deconfound mi-bench`: estimators on tasks whose information is known. */
export const miBenchCommand: Command<typeof options> = {
  name: "mi-bench",
  summary: "estimators of mutual information against tasks with known answers, cell by cell",
  options,
  notes: `A cell is an estimator on a task with a seed. --json prints { task, estimator, seed, true, estimate, low, high, error, seconds } a line,
as cells finish. The table has the mean over the seeds; the largest error of a seed, with its sign, stands behind it.

${methodsHelp}
`,
  async run(values, io) {
    if (values.tier === "0") return checkFacts(values, io);
    const cells = cellsOf(values);
    const { steps, batch, lr, samples } = values;
    const store = values.out === null ? memoryStore() : await folderStore(values.out, { steps, batch, lr, samples });
    return withDevice(deviceConfig(values), io, (device) => runCells(cells, { values, io, store, device }));
  },
};

function cellsOf(values: Values): readonly MiCell[] {
  const { tier, tasks: chosen, seeds, shard } = values;
  const names = estimatorsOf(values);
  const ids = chosen === null ? (tier === "1" ? easyTasks : tasks.map(({ id }) => id)) : chosen.split(",");
  const cells = ids.flatMap((id) =>
    names.flatMap((estimator) =>
      Array.from({ length: seeds }, (_, seed) => ({ task: taskNamed(id.trim()).id, estimator, seed })),
    ),
  );
  return shard === null ? cells : shardOf(cells, parseShard(shard));
}

interface Work {
  readonly values: Values;
  readonly io: Io;
  readonly store: MiStore;
  readonly device: LazyDevice;
}

async function runCells(cells: readonly MiCell[], { values, io, store, device }: Work): Promise<ExitCode> {
  let [stop, failed] = [false, 0];
  const forget = io.onInterrupt(() => {
    stop = true;
  });
  const lines: MiLine[] = [];
  try {
    for (const [i, cell] of cells.entries()) {
      if (stop) return exitCode.interrupted;
      let line = store.find(cell);
      if (line === undefined) {
        io.err(`cell ${i + 1} of ${cells.length}: ${cell.task} ${cell.estimator} seed ${cell.seed}\n`);
        try {
          line = await runCell(cell, values, device);
        } catch (error) {
          if (!(error instanceof DataError || error instanceof ConfigError)) throw error;
          io.err(`failed: ${printable(error.message.split("\n")[0]!, 300)}\n`);
          failed++;
          continue;
        }
        store.keep(line);
      }
      lines.push(line);
      if (values.json) io.out(`${JSON.stringify(line)}\n`);
    }
  } finally {
    forget();
  }
  if (!values.json) io.out(formatMiTable(lines, estimatorsOf(values)));
  return failed > 0 ? exitCode.someFailed : exitCode.ok;
}

async function runCell(cell: MiCell, values: Values, device: LazyDevice): Promise<MiLine> {
  const task = taskNamed(cell.task);
  const begun = performance.now();
  const { steps, batch, lr, samples: count } = values;
  const settings = { critic: "auto", set: [], steps, batch, lr, seed: cell.seed, count };
  const { estimate, low, high } = await runMethod(cell.estimator, task, settings, device);
  const seconds = Math.round(performance.now() - begun) / 1000;
  return { ...cell, true: task.truth, estimate, low, high, error: estimate - task.truth, seconds };
}

/** Tier 0: every estimator of scores that is asked for, against its facts. */
async function checkFacts(values: Values, io: Io): Promise<ExitCode> {
  let failed = 0;
  const names = estimatorsOf(values);
  for (const estimator of estimators.filter(({ name }) => names.includes(name))) {
    let fault: string | null = null;
    try {
      await checkEstimator(estimator);
    } catch (error) {
      if (!(error instanceof DeconfoundError)) throw error;
      fault = error.message;
      failed++;
    }
    const { name } = estimator;
    if (values.json) io.out(`${JSON.stringify({ estimator: name, ok: fault === null, fault })}\n`);
    else io.out(`${name}: ${fault ?? "is what its facts say"}\n`);
  }
  return failed > 0 ? exitCode.someFailed : exitCode.ok;
}
