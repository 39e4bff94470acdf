import { readText } from "../node/index.ts";
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";

/** What `clean` needs of a row of suspects.csv. One of index and path is there. */
export interface SuspectRow {
  readonly index: number | undefined;
  /** In the folder of the images, where each has a file of its own. */
  readonly path: string | undefined;
  /** The label that it has in the training set. */
  readonly label: number;
  /** Higher is more suspect. */
  readonly suspicion: number;
  /** Whether a scan names it; undefined in a list of a defence, which only ranks. */
  readonly named: boolean | undefined;
}

const largest = 2 ** 28; // bytes; a million images take 80 MB

/** What suspects.csv holds. */
export interface SuspectsFile {
  /** The run that it is of; absent in a list that was made by hand. */
  readonly run: string | undefined;
  /** The most suspect image first. */
  readonly rows: readonly SuspectRow[];
}

/**
 * Reads suspects.csv of a training, of a scan, or made by hand; the most suspect image first (by rank).
 *
 * Columns, in any order: `label`; `rank`; `suspicion`, as a defence calls it, or `score`, as a scan does; `index` or `path` or both.
 * A scan adds `suspect`, a training `run`.
 *
 * @throws DataError naming the line that does not fit.
 */
export async function readSuspects(path: string): Promise<SuspectsFile> {
  const records = recordsOf(await readText(path, largest));
  const header = cellsOf(records[0]!.text).map((name) => name.trim());
  const score = header.includes("suspicion") ? "suspicion" : "score";
  const has = (name: string): boolean => header.includes(name);
  if (!["label", score, "rank"].every(has) || !(has("index") || has("path"))) {
    throw new DataError(
      `${path}: its first line is not a header with index, label, suspicion or score, and rank; a path may stand for the index`,
    );
  }
  const runs = new Set<string | undefined>();
  const ranked = records.slice(1).flatMap(({ text, line }) => {
    if (text.trim() === "") return [];
    const cells = cellsOf(text);
    const cell = (name: string): string | undefined => (has(name) ? cells[header.indexOf(name)] : undefined);
    runs.add(cell("run")?.trim());
    const row = parseRow(cell, score);
    if (row !== undefined) return [row];
    const what = has("index") ? "an index" : "a path";
    throw new DataError(`${path}: line ${line} is not ${what}, a label, a suspicion and a rank: "${printable(text)}"`);
  });
  if (ranked.length === 0) throw new DataError(`${path}: holds no image`);
  if (runs.size > 1) throw new DataError(`${path}: holds rows of ${runs.size} runs`);
  ranked.sort((a, b) => a.rank - b.rank);
  const rows = ranked.map(({ rank: _, ...row }) => row);
  const indices = rows.flatMap(({ index }) => index ?? []);
  if (new Set(indices).size !== indices.length) throw new DataError(`${path}: an index appears twice`);
  return { run: [...runs][0], rows };
}

function parseRow(
  cell: (name: string) => string | undefined,
  score: string,
): (SuspectRow & { readonly rank: number }) | undefined {
  const number = (name: string): number => Number(cell(name)?.trim() || Number.NaN);
  const isWhole = (value: number): boolean => Number.isInteger(value) && value >= 0;
  const path = cell("path") === "" ? undefined : cell("path");
  const index = cell("index")?.trim() ? number("index") : undefined;
  const [label, suspicion, rank] = [number("label"), number(score), number("rank")];
  if (!isWhole(index ?? 0) || !isWhole(label) || !isWhole(rank) || !Number.isFinite(suspicion)) return undefined;
  if (index === undefined && path === undefined) return undefined;
  const suspect = cell("suspect");
  return { index, path, label, suspicion, named: suspect === undefined ? undefined : suspect.trim() === "1", rank };
}

/** Records with the number of their first line: a line break inside quotes belongs to a cell, since a path may hold one. */
function recordsOf(text: string): readonly { readonly text: string; readonly line: number }[] {
  const records: { text: string; line: number }[] = [];
  let isOpen = false;
  for (const [at, line] of text.split("\n").entries()) {
    if (isOpen) records.at(-1)!.text += `\n${line}`;
    else records.push({ text: line, line: at + 1 });
    if (line.split('"').length % 2 === 0) isOpen = !isOpen;
  }
  return records;
}

/** The cells of a record of CSV (RFC 4180). */
function cellsOf(record: string): string[] {
  const text = record.replace(/\r$/, "");
  const cell = /"([^"]*(?:""[^"]*)*)"[^,]*|[^,]*/y;
  const cells: string[] = [];
  for (let at = 0; at <= text.length; at = cell.lastIndex + 1) {
    cell.lastIndex = at;
    const [whole, quoted] = cell.exec(text)!;
    cells.push(quoted?.replaceAll('""', '"') ?? whole);
  }
  return cells;
}
