import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Folder } from "./folder.ts";
import { comparePaths } from "./folder.ts";
import { kaggleTables, missedPictures } from "./gtsrb-kaggle.ts";
import type { GtsrbColumn, GtsrbRow } from "./gtsrb-table.ts";
import { gtsrbClasses, isGtsrbTable, readGtsrbTable } from "./gtsrb-table.ts";

/** A picture of GTSRB; `file` is its name alone. */
export interface GtsrbFile extends Omit<GtsrbRow, "sign"> {
  /** Null where no table has it. */
  readonly sign: GtsrbRow["sign"] | null;
  readonly path: string;
}

/** The pictures of both parts, in the order of their paths; `test` is null where there are none. */
export interface GtsrbFiles {
  readonly train: readonly GtsrbFile[];
  readonly test: readonly GtsrbFile[] | null;
  /** Pictures in the folders of classes that no table has. */
  readonly unlisted: readonly string[];
}

const largestTable = 2 ** 24; // bytes; the official ones have less than 1 MB
const isTest = (path: string): boolean =>
  path
    .split("/")
    .slice(0, -1)
    .some((name) => /(?:^|[^a-z])test/i.test(name));
const classOf = (path: string): number | undefined => {
  const number = /(?:^|\/)(\d{5})\/[^/]+$/.exec(path)?.[1];
  return number === undefined || Number(number) >= gtsrbClasses ? undefined : Number(number);
};
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Whether a folder has tables of GTSRB: the published ones, or those of Kaggle. */
export async function hasGtsrbTables(names: readonly string[], folder: Folder): Promise<boolean> {
  if (names.some(isGtsrbTable)) return true;
  const { train, test } = await kaggleTables(names, folder);
  return train !== undefined || test !== undefined;
}

/**
 * Finds the pictures and their classes, in the published layout or in Kaggle's.
 *
 * @throws DataError for a table that is damaged or names no picture.
 */
export async function gtsrbFiles(names: readonly string[], folder: Folder): Promise<GtsrbFiles> {
  const pictures = names.filter((name) => /\.(?:ppm|png|jpe?g)$/i.test(name));
  const kaggle = await kaggleTables(names, folder);
  if (kaggle.train === undefined && kaggle.test === undefined) return publishedFiles(names, pictures, folder);
  const [train, test] = [await byPath(folder, kaggle.train, pictures), await byPath(folder, kaggle.test, pictures)];
  const used = new Set([...(train ?? []), ...(test ?? [])].map(({ path }) => path));
  return { train: train ?? [], test, unlisted: missedPictures(pictures, used, kaggle) };
}

/**
 * The pictures that a table of Kaggle names, whose paths begin beside it; null without the table. Where the letters' case is another in
 * the folder, as after unpacking on some systems, that picture is meant.
 */
async function byPath(
  folder: Folder,
  table: string | undefined,
  pictures: readonly string[],
): Promise<readonly GtsrbFile[] | null> {
  if (table === undefined) return null;
  const exact = new Set(pictures);
  const byLower = new Map(pictures.map((path) => [path.toLowerCase(), path]));
  const files = (await tableOf(folder, table, "path")).map((row) => {
    const said = folderOf(table) + row.file;
    const path = exact.has(said) ? said : (byLower.get(said.toLowerCase()) ?? said);
    return { ...row, file: row.file.slice(folderOf(row.file).length), path };
  });
  return files.sort((a, b) => comparePaths(a.path, b.path));
}

/**
 * The published layout. Training pictures are those that a `GT-CCCCC.csv` beside them names. Test pictures lie below
 * a folder whose name has "test" in it: named by `GT-final_test.csv`, wherever that lies, or in folders of classes, with tables or not.
 *
 * @throws DataError for a table that is damaged or names no picture.
 */
async function publishedFiles(
  names: readonly string[],
  pictures: readonly string[],
  folder: Folder,
): Promise<GtsrbFiles> {
  const tables = names.filter(isGtsrbTable);
  const final = tables.filter((name) => /final_test\.csv$/i.test(name));
  if (final.length > 1) throw new DataError(`${folder.path}: two tables of the test set, ${final.join(" and ")}`);
  const rows = new Map<string, GtsrbRow>();
  for (const table of tables.filter((name) => !final.includes(name))) {
    for (const row of await tableOf(folder, table)) rows.set(folderOf(table) + row.file, row);
  }
  const known = (path: string): readonly GtsrbFile[] => {
    const row = rows.get(path);
    if (row !== undefined) return [{ ...row, path }];
    const label = isTest(path) ? classOf(path) : undefined;
    return label === undefined ? [] : [{ file: path.slice(folderOf(path).length), label, sign: null, path }];
  };
  const all = [...new Set([...pictures, ...rows.keys()])].sort(comparePaths); // what is named and missing is told by reading it
  const unnamed = pictures.filter((path) => !rows.has(path));
  const test = final.length === 1 ? await finalTest(folder, final[0]!, unnamed) : all.filter(isTest).flatMap(known);
  const isUsed = new Set(test.map(({ path }) => path));
  return {
    train: all.filter((path) => !isTest(path) && rows.has(path)).flatMap(known),
    test: test.length === 0 ? null : test,
    unlisted: unnamed.filter((path) => !isTest(path) && !isUsed.has(path)),
  };
}

/**
 * The table may lie outside the folder of its pictures, since it has an archive of its own. A row whose picture is missing stays,
 * under the path where it should be: reading it says so.
 */
async function finalTest(folder: Folder, table: string, pictures: readonly string[]): Promise<readonly GtsrbFile[]> {
  const likely = [...pictures.filter((path) => !isTest(path)), ...pictures.filter(isTest)]; // of two of one name the last counts
  const paths = new Map(likely.map((path) => [path.slice(folderOf(path).length), path]));
  const fallback = folderOf(likely.at(-1) ?? table);
  return (await tableOf(folder, table)).map((row) => ({ ...row, path: paths.get(row.file) ?? fallback + row.file }));
}

async function tableOf(folder: Folder, name: string, column: GtsrbColumn = "filename"): Promise<readonly GtsrbRow[]> {
  const path = `${folder.path}/${name}`;
  const size = await folder.size(name);
  if (size > largestTable) throw new DataError(`${path}: has ${size} bytes; such a table has ${largestTable} at most`);
  const rows = readGtsrbTable(new TextDecoder().decode(await folder.read(name)), path, column);
  if (rows.length === 0) throw new DataError(`${path}: names no picture`);
  const seen = new Set<string>();
  const twice = rows.find(({ file }) => seen.size === seen.add(file).size);
  if (twice !== undefined) throw new DataError(`${path}: names ${printable(twice.file)} twice`);
  return rows;
}
