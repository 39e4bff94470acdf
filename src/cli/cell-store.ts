import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CellLabels, Flags } from "../experiment/index.ts";
import type { FolderLock } from "../node/index.ts";
import { isTemporary, makeWritableFolder, reasonOf, writeAtomically } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import type { NamedCell } from "./experiment-cells.ts";
import { lockApart, seemsLocked } from "./lock-apart.ts";
import { reportFolder, reportName } from "./report-files.ts";
import type { Result, RunReport } from "./run-report.ts";
import { stateName } from "./run-state.ts";
import type { SharedParts } from "./shared-parts.ts";
import { openSharedParts } from "./shared-parts.ts";

/** A finished cell's file. */
export interface FinishedCell {
  readonly labels: CellLabels;
  readonly options: Flags;
  readonly report: RunReport;
}

/** The one line of its table. */
export function resultOf({ report }: FinishedCell): Result {
  return report.results[0]!;
}

/** A failed cell's file. */
export interface FailedCell {
  readonly labels: CellLabels;
  readonly error: string;
}

/** `other code`: waiting, while another version of the program has finished the same training. */
export type CellStatus = "done" | "failed" | "at work" | "begun" | "other code" | "waiting";

/** What is known of cells. */
export interface CellRecords {
  statusOf(cell: NamedCell): CellStatus;
  finished(cell: NamedCell): FinishedCell | undefined;
}

/** Of an experiment that has no folder yet. */
export const noRecords: CellRecords = { statusOf: () => "waiting", finished: () => undefined };

/** The folder in it for what was submitted: scripts, lists of cells, logs and numbers of jobs. */
export const submissions = "slurm";

/** An experiment's folder. */
export interface CellStore extends CellRecords {
  readonly path: string;
  failed(cell: NamedCell): FailedCell | undefined;
  /** What its cells have in common. */
  readonly shared: SharedParts;
  /** The folder of its run. */
  runOf(cell: NamedCell): string;
  /** Keeps other processes off the cell. @returns undefined if one is at work on it. */
  lock(cell: NamedCell): FolderLock | undefined;
  /** Takes in what the run wrote. */
  finish(cell: NamedCell): void;
  fail(cell: NamedCell, error: string): void;
  /** Forgets a failure, and the run that failed. */
  forget(cell: NamedCell): void;
  put(name: string, content: string): void;
}

/** @throws DataError if the folder cannot be written; ConfigError if it holds something else than an experiment. */
export async function openCellStore(path: string, { write }: { readonly write: boolean }): Promise<CellStore> {
  if (write) {
    await makeWritableFolder(path);
    const stray = readdirSync(path).find((name) => !isOurs(name));
    if (stray !== undefined) {
      throw new ConfigError(`--out ${path} is not an experiment's folder: it holds ${JSON.stringify(stray)}`, [
        "name a new folder, or that of an earlier experiment",
      ]);
    }
  }
  const cellPath = ({ name }: NamedCell): string => join(path, "cells", `${name}.json`);
  const failedPath = ({ name }: NamedCell): string => join(path, "failed", `${name}.json`);
  const runOf = ({ name }: NamedCell): string => join(path, "runs", name);
  const lockOf = ({ name }: NamedCell): string => join(path, "runs", `${name}.lock`);
  const read = <T>(file: string): T | undefined =>
    existsSync(file) ? (parseJson(readFileSync(file, "utf8"), file) as T) : undefined;
  const put = (file: string, content: string): void => {
    try {
      mkdirSync(join(file, ".."), { recursive: true });
      writeAtomically(file, content);
    } catch (error) {
      throw error instanceof DataError ? error : new DataError(`${file}: cannot be written, ${reasonOf(error)}`);
    }
  };
  return {
    shared: openSharedParts(join(path, "shared")),
    path,
    runOf,
    statusOf(cell) {
      if (existsSync(cellPath(cell))) return "done";
      if (existsSync(failedPath(cell))) return "failed";
      if (seemsLocked(lockOf(cell))) return "at work";
      if (existsSync(join(runOf(cell), stateName))) return "begun";
      return namesIn(join(path, "cells")).some((name) => name.startsWith(`${cell.training}-`))
        ? "other code"
        : "waiting";
    },
    finished: (cell) => read(cellPath(cell)),
    failed: (cell) => read(failedPath(cell)),
    lock(cell) {
      return lockApart(lockOf(cell));
    },
    finish(cell) {
      const { labels, options } = cell;
      const report = read<RunReport>(join(runOf(cell), "run.json"))!;
      put(cellPath(cell), `${JSON.stringify({ labels, options, report }, null, 2)}\n`);
      rmSync(join(runOf(cell), stateName), { force: true }); // nothing is left to go on with
    },
    fail: (cell, error) => put(failedPath(cell), `${JSON.stringify({ labels: cell.labels, error }, null, 2)}\n`),
    forget(cell) {
      rmSync(runOf(cell), { recursive: true, force: true });
      rmSync(failedPath(cell), { force: true });
    },
    put: (name, content) => put(join(path, name), content),
  };
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function isOurs(name: string): boolean {
  return (
    ["cells", "failed", "runs", "shared", submissions, "results.csv", "results.md", reportName, reportFolder].includes(
      name,
    ) || isTemporary(name)
  );
}
