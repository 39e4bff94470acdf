import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { balanced } from "../experiment/index.ts";
import { readText, writeAtomically } from "../node/index.ts";
import { ConfigError } from "../tensor/errors.ts";
import { submissions } from "./cell-store.ts";
import type { NamedCell } from "./experiment-cells.ts";
import type { QueuedTask } from "./slurm.ts";
import { arrayScript, checkSlurm, queueOf, submit } from "./slurm.ts";

/** What is submitted. */
interface Submission {
  /** The experiment's file and folder. */
  readonly file: string;
  readonly out: string;
  readonly data: string | null;
  readonly device: string;
  readonly retry: boolean;
  /** Most tasks of the array. */
  readonly tasks: number;
  /** Options of sbatch, divided by blanks. */
  readonly options: string;
  /** Seconds, above 0, or any measure of them. */
  costOf(cell: NamedCell): number;
}

/**
 * Submits cells as an array job, about equal work to each task.
 *
 * @returns the job's number, and how many cells each task has.
 * @throws ConfigError where Slurm is not there, or refuses.
 */
export function submitCells(
  cells: readonly NamedCell[],
  { file, out, data, device, retry, tasks, options, costOf }: Submission,
): { readonly job: string; readonly counts: readonly number[]; readonly script: string } {
  checkSlurm();
  const parts = balanced(cells, costOf, tasks);
  const folder = join(resolve(out), submissions);
  mkdirSync(folder, { recursive: true });
  const number = 1 + Math.max(0, ...readdirSync(folder).map((name) => Number.parseInt(name, 10) || 0));
  for (const [i, part] of parts.entries()) {
    writeAtomically(join(folder, `${number}-${i}.cells`), part.map(({ name }) => `${name}\n`).join(""));
  }
  const words = [
    ...[process.execPath, resolve(process.argv[1]!), "experiment", resolve(file), "--out", resolve(out)],
    ...["--device", device, "--cells", join(folder, `${number}-{}.cells`)],
    ...(data === null ? [] : ["--data", resolve(data)]),
    ...(retry ? ["--retry"] : []),
  ];
  const script = join(folder, `${number}.sh`);
  const log = join(folder, String(number));
  writeAtomically(script, arrayScript({ tasks: parts.length, log, words }));
  const job = submit(script, options.split(/\s+/).filter(Boolean));
  writeAtomically(join(folder, `${number}.job`), `${job}\n`);
  return { job, counts: parts.map(({ length }) => length), script };
}

/** Tasks of an experiment's jobs that run or wait; null where nothing was submitted. */
export function submittedTasks(out: string): readonly QueuedTask[] | null {
  const folder = join(out, submissions);
  const names = readNames(folder).filter((name) => name.endsWith(".job"));
  return names.length === 0 ? null : queueOf(names.map((name) => readFileSync(join(folder, name), "utf8").trim()));
}

function readNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was submitted
  }
}

const largest = 2 ** 24; // bytes

/** The cells that a file names, one a line. @throws ConfigError if none of them is of the grid. */
export async function cellsNamed(path: string, cells: readonly NamedCell[]): Promise<readonly NamedCell[]> {
  const names = new Set((await readText(path, largest)).split("\n").map((line) => line.trim()));
  const found = cells.filter(({ name }) => names.has(name));
  if (found.length > 0) return found;
  throw new ConfigError(`--cells ${path}: names no cell of this experiment`, [
    "the experiment's file, its images or the program have changed since: submit anew",
  ]);
}
