import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isTemporary, readText, reasonOf, writeAtomically } from "../node/index.ts";
import type { FailedReportCell, ReportCell } from "../report/report-cell.ts";
import { resultsPage } from "../report/results-page.ts";
import { DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import { printable } from "../tensor/printable.ts";
import { checkCell, checkFailure, checkReport, configOf } from "./check-report.ts";
import { evidenceName, readEvidence } from "./evidence-file.ts";
import { rankedTables } from "./ranked-tables.ts";
import type { FoundCell } from "./report-cells.ts";
import { cellsOfRun, inOrder, rankedOf, reportCellOf, withOwnLabels } from "./report-cells.ts";

/** Where a page goes unless another place is named; in the folder that it is of. */
export const reportName = "report.html";
/** The folder of the files beside it: its name without `.html`. */
export const reportFolder = "report";

const largest = 2 ** 26; // bytes of a cell's file

/** What to make a report of. */
export interface ReportTask {
  /** An experiment's folder, the cells in it, or a run's. */
  readonly folder: string;
  /** Of the page. @defaultValue the folder's name */
  readonly title?: string | undefined;
  /** Names of the cells that it is of. @defaultValue all that the folder holds */
  readonly only?: ReadonlySet<string> | undefined;
  /** The page to write. */
  readonly out: string;
}

/**
 * Reads the trainings of a folder and writes their report: the page, and a folder beside it with the numbers and the tables.
 *
 * @returns the paths written, the page first.
 * @throws DataError for a folder without a finished training, a damaged file, or a place that cannot be written.
 */
export async function writeReport({ folder, title, only, out }: ReportTask): Promise<readonly string[]> {
  const { cells, failed, unfinished, runOf } = await readFolder(folder, only);
  if (cells.length + failed.length === 0) {
    throw new DataError(`${folder}: holds no finished training`, [
      "name the folder of an experiment, or that of train --out",
    ]);
  }
  const figures = await import("../report/figures.ts"); // large: only whoever writes a page loads it
  const { page, files } = await resultsPage({
    title: `Report of ${title ?? printable(basename(resolve(folder)))}`,
    cells: await withEvidence(cells, runOf),
    failed,
    unfinished,
    tables: rankedTables(cells.map(rankedOf)),
    figures,
  });
  const beside = join(dirname(out), basename(out).replace(/\.html?$/i, ""));
  const place = beside === out ? `${out}-files` : beside;
  makeFolder(place);
  const paths = files.map(({ name }) => join(place, name));
  for (const [at, { content }] of files.entries()) writeAtomically(paths[at]!, content);
  writeAtomically(out, page);
  return [out, ...paths];
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new DataError(`${path}: cannot be written, ${reasonOf(error)}`);
  }
}

/** Cells with what their runs kept, of those that differ in the seed alone for the first that kept something. */
async function withEvidence(cells: readonly FoundCell[], runOf: Found["runOf"]): Promise<readonly ReportCell[]> {
  const done = new Set<string>();
  const read: ReportCell[] = [];
  for (const cell of cells) {
    const { seed: _, ...place } = cell.labels;
    const group = JSON.stringify(place);
    const path = join(runOf(cell.name), evidenceName(cell.report.results[0]!.defence));
    const evidence = done.has(group) ? undefined : await readEvidence(path);
    if (evidence !== undefined) done.add(group);
    read.push(reportCellOf(cell, evidence ?? null));
  }
  return read;
}

interface Found {
  readonly cells: readonly FoundCell[];
  readonly failed: readonly FailedReportCell[];
  readonly unfinished: number;
  /** The folder of a cell's run. */
  runOf(name: string): string;
}

async function readFolder(folder: string, only: ReadonlySet<string> | undefined): Promise<Found> {
  const run = join(folder, "run.json");
  if (existsSync(run)) {
    const value = await readJson(run);
    return {
      cells: inOrder(cellsOfRun(checkReport(value, run), configOf(value, run))),
      failed: [],
      unfinished: 0,
      runOf: () => folder,
    };
  }
  const inside = existsSync(join(folder, "cells"));
  const [finished, failures] = inside
    ? [join(folder, "cells"), join(folder, "failed")]
    : [folder, join(folder, "..", "failed")];
  const wanted = (name: string): boolean => only?.has(name) !== false;
  const cells: FoundCell[] = [];
  for (const name of namesIn(finished).filter(wanted)) {
    const path = join(finished, `${name}.json`);
    const value = await readJson(path);
    const { labels, report } = checkCell(value, path);
    cells.push({ name, labels, report, config: configOf((value as { report: unknown }).report, path) });
  }
  const failed: FailedReportCell[] = [];
  for (const name of namesIn(failures).filter(wanted)) {
    const path = join(failures, `${name}.json`);
    const { labels, error } = checkFailure(await readJson(path), path);
    failed.push({ place: labels, error });
  }
  const done = new Set([...namesIn(finished), ...namesIn(failures)]);
  const begun = inside ? foldersIn(join(folder, "runs")).filter((name) => wanted(name) && !done.has(name)) : [];
  const runs = inside ? join(folder, "runs") : join(folder, "..", "runs");
  return { cells: withOwnLabels(inOrder(cells)), failed, unfinished: begun.length, runOf: (name) => join(runs, name) };
}

async function readJson(path: string): Promise<unknown> {
  return parseJson(await readText(path, largest), path);
}

/** Names of the JSON files of a folder, without their ending; none where there is no folder. */
function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json") && !isTemporary(name));
  return files.map((name) => name.slice(0, -".json".length)).sort();
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith(".lock"))
    .map(({ name }) => name);
}
