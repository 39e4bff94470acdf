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

const columns = ["filename", "width", "height", "roi.x1", "roi.y1", "roi.x2", "roi.y2", "classid"];

/** How many kinds of signs there are. */
export const gtsrbClasses = 43;

/**
 * Reads a table of GTSRB: fields divided by `;`, one line per image, a header with the columns' names first.
 *
 * @throws DataError naming the line that is not of this form.
 */
export function readGtsrbTable(text: string, name: string): readonly GtsrbRow[] {
  const [header = "", ...lines] = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  const fields = header.split(";").map((field) => field.trim().toLowerCase());
  const missing = columns.find((column) => !fields.includes(column));
  if (missing !== undefined) {
    throw new DataError(`${name}: its first line names no column ${missing}: "${printable(header)}"`, [
      "expects Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId",
    ]);
  }
  return lines.flatMap((line, at) => (line.trim() === "" ? [] : [readRow(line, fields, `${name}: line ${at + 2}`)]));
}

function readRow(line: string, fields: readonly string[], where: string): GtsrbRow {
  const values = line.split(";").map((value) => value.trim());
  const [file, ...numbers] = columns.map((column) => values[fields.indexOf(column)] ?? "");
  if (!/^[^/\\\0]+$/.test(file!) || numbers.some((value) => !/^\d{1,5}$/.test(value))) {
    throw new DataError(`${where} is not a file name and seven whole numbers: "${printable(line)}"`);
  }
  const [width, height, left, top, right, bottom, label] = numbers.map(Number) as [
    ...[number, number, number, number],
    ...[number, number, number],
  ];
  if (label >= gtsrbClasses) {
    throw new DataError(`${where} has class ${label}`, [`expects 0 … ${gtsrbClasses - 1}`]);
  }
  if (!(left < right && right <= width && top < bottom && bottom <= height)) {
    throw new DataError(
      `${where}: the sign, ${left},${top} … ${right},${bottom}, is not within ${width}×${height} pixels`,
    );
  }
  return { file: file!, label, sign: { left, top, right, bottom, width, height } };
}

/** The inverse of {@link readGtsrbTable}. */
export function writeGtsrbTable(rows: readonly GtsrbRow[]): string {
  const lines = rows.map(({ file, label, sign: { left, top, right, bottom, width, height } }) =>
    [file, width, height, left, top, right, bottom, label].join(";"),
  );
  return `${["Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId", ...lines].join("\r\n")}\r\n`;
}
