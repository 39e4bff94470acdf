import { spawnSync } from "node:child_process";
import process from "node:process";
import { ConfigError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";

/** What a script of an array job says. */
interface ArrayJob {
  /** Of tasks, numbered from 0. */
  readonly tasks: number;
  /** Where task N writes what it says: this path and `-N.log`. */
  readonly log: string;
  /** The command of a task; `{}` in a word stands for the task's number. */
  readonly words: readonly string[];
}

/**
 * The script of an array job. The shell becomes the program, so that a signal comes to it once: before the time is up Slurm sends SIGTERM
 * to the script alone (`B:`), and `scancel` to every process of the job.
 */
export function arrayScript({ tasks, log, words }: ArrayJob): string {
  const command = words.map((word) => word.split("{}").map(quoted).join('"$SLURM_ARRAY_TASK_ID"'));
  return `#!/bin/sh
#SBATCH --job-name=deconfound
#SBATCH --array=0-${tasks - 1}
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="${directive(log)}-%a.log"
exec ${command.join(" ")}
`;
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** For a file's name that sbatch reads in double quotes, where it knows \\ and ", and % for what it fills in. */
function directive(text: string): string {
  if (/[\n\r]/.test(text)) throw new ConfigError(`--out ${printable(text)}: sbatch takes no path with a line end`);
  return text.replace(/["\\]/g, "\\$&").replaceAll("%", "%%");
}

/**
 * Submits a script. @param options - of sbatch, which win over those in the script.
 *
 * @returns the job's number.
 * @throws ConfigError with sbatch's words if it refuses.
 */
export function submit(script: string, options: readonly string[]): string {
  const said = slurm("sbatch", ["--parsable", ...options, script]);
  return said.trim().split(";")[0]!; // a cluster's name may follow
}

/** @throws ConfigError where there is no Slurm to submit to. */
export function checkSlurm(): void {
  slurm("sbatch", ["--version"]);
}

/** A task of an array job in the queue. */
export interface QueuedTask {
  /** `17_0`, or several that wait, `17_[1-2]`. */
  readonly task: string;
  /** Such as `RUNNING`, `PENDING`. */
  readonly state: string;
  /** Where it runs, or why it waits. */
  readonly where: string;
}

/** What is in the queue of some jobs; a job that has ended is not. @throws ConfigError where Slurm does not answer. */
export function queueOf(jobs: readonly string[]): readonly QueuedTask[] {
  const said = slurm("squeue", ["--noheader", "--format=%i|%T|%R"]);
  return said.split("\n").flatMap((line) => {
    const [task = "", state = "", where = ""] = line.split("|");
    return jobs.includes(task.split("_")[0]!) ? [{ task, state, where }] : [];
  });
}

/**
 * Puts the task of an array job that this process is back into the queue, to go on when it comes to run again. Not if it was cancelled:
 * then the task is no longer running for Slurm.
 *
 * @returns whether it did.
 */
export function requeueSelf(): boolean {
  // by the array's number and the task's: SLURM_JOB_ID of one of the tasks is the array's, and would mean all of them
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: number } = process.env;
  if (job === undefined || number === undefined) return false;
  const task = `${job}_${number}`;
  try {
    if (slurm("squeue", ["--noheader", `--jobs=${task}`, "--format=%T"]).trim() !== "RUNNING") return false;
    slurm("scontrol", ["requeue", task]);
    return true;
  } catch {
    return false; // the next submission goes on
  }
}

function slurm(program: string, words: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    throw new ConfigError(`there is no ${program} on this machine`, [
      "call it where Slurm's commands are, or leave out --submit to train here",
    ]);
  }
  if (error === undefined && status === 0) return stdout;
  const reason = (error?.message ?? stderr).trim().split("\n").at(-1)!;
  throw new ConfigError(`${program}: ${printable(reason, 300)}`);
}
