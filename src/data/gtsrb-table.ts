import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Rectangle } from "./resize-picture.ts";
import type { ImageSize } from "./size-form.ts";

/** Whether a file's name is that of a table of GTSRB: `GT-00012.csv`, `GT-final_test.csv`. */
export function isGtsrbTable(name: string): boolean {
  return /(?:^|\/)GT-(?:\d{5}|final_test)\.csv$/i.test(name);
}

/** A line of a table. */
export interface GtsrbRow {
  readonly file: string;
  readonly label: number;
  /** Where the sign is, in a picture of the size that the table says. */
  readonly sign: Rectangle & ImageSize;
}

/** What a table calls the picture of a line: its name beside the table, or its path from there. */
export type GtsrbColumn = "filename" | "path";

const columns = ["width", "height", "roi.x1", "roi.y1", "roi.x2", "roi.y2", "classid"];
const expected: Readonly<Record<GtsrbColumn, string>> = {
  filename: "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId",
  path: "Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2,ClassId,Path",
};
const divider: Readonly<Record<GtsrbColumn, string>> = { filename: ";", path: "," };

/** How many kinds of signs there are. */
export const gtsrbClasses = 43;

/** Whether a text begins as a table with such a column does. */
export function beginsAsTable(text: string, column: GtsrbColumn): boolean {
  const fields = fieldsOf(linesOf(text)[0]!, column);
  return [column, ...columns].every((name) => fields.includes(name));
}

/**
 * Reads a table of GTSRB: a header with the columns' names first, one line per image; fields divided by `;` where pictures have names,
 * by `,` where they have paths.
 *
 * @throws DataError that counts the lines which are not of this form, and names them.
 */
export function readGtsrbTable(text: string, name: string, column: GtsrbColumn = "filename"): readonly GtsrbRow[] {
  const [header = "", ...lines] = linesOf(text);
  const fields = fieldsOf(header, column);
  const missing = [column, ...columns].find((wanted) => !fields.includes(wanted));
  if (missing !== undefined) {
    throw new DataError(`${name}: its first line names no column ${missing}: "${printable(header)}"`, [
      `expects ${expected[column]}`,
    ]);
  }
  const wrong: string[] = [];
  const rows = lines.flatMap((line, at) => {
    if (line.trim() === "") return [];
    const row = readRow(line, fields, column);
    if (typeof row !== "string") return [row];
    wrong.push(`line ${at + 2}${row}`);
    return [];
  });
  if (wrong.length === 1) throw new DataError(`${name}: ${wrong[0]}`);
  if (wrong.length > 1) {
    throw new DataError(`${name}: ${wrong.length} of ${rows.length + wrong.length} lines are damaged`, [
      ...wrong.slice(0, shown),
      ...(wrong.length > shown ? [`… and ${wrong.length - shown} more`] : []),
    ]);
  }
  return rows;
}

const shown = 5; // lines in a message

function linesOf(text: string): readonly string[] {
  return text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
}

function fieldsOf(header: string, column: GtsrbColumn): readonly string[] {
  return header.split(divider[column]).map((field) => field.trim().toLowerCase());
}

/** A name, or names divided by `/`; none leads out of the folder. */
const isPath: Readonly<Record<GtsrbColumn, RegExp>> = {
  filename: /^[^/\\\0]+$/,
  path: /^(?!(?:.*\/)?\.{0,2}(?:\/|$))[^\\\0]+$/,
};

/** What a line says, or what is wrong with it. */
function readRow(line: string, fields: readonly string[], column: GtsrbColumn): GtsrbRow | string {
  const values = line.split(divider[column]).map((value) => value.trim());
  const [file, ...numbers] = [column, ...columns].map((name) => values[fields.indexOf(name)] ?? "");
  if (!isPath[column].test(file!) || numbers.some((value) => !/^\d{1,5}$/.test(value))) {
    const what = column === "path" ? "a path within the set" : "a file name";
    return ` is not ${what} and seven whole numbers: "${printable(line)}"`;
  }
  const [width, height, left, top, right, bottom, label] = numbers.map(Number) as [
    ...[number, number, number, number],
    ...[number, number, number],
  ];
  if (label >= gtsrbClasses) return ` has class ${label}, not one of 0 … ${gtsrbClasses - 1}`;
  if (!(left < right && right <= width && top < bottom && bottom <= height)) {
    return `: the sign, ${left},${top} … ${right},${bottom}, is not within ${width}×${height} pixels`;
  }
  return { file: file!, label, sign: { left, top, right, bottom, width, height } };
}

/** The inverse of {@link readGtsrbTable}. */
export function writeGtsrbTable(rows: readonly GtsrbRow[]): string {
  const lines = rows.map(({ file, label, sign: { left, top, right, bottom, width, height } }) =>
    [file, width, height, left, top, right, bottom, label].join(";"),
  );
  return `${[expected.filename, ...lines].join("\r\n")}\r\n`;
}
