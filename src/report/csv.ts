import { printable } from "../tensor/printable.ts";

/** A cell of a table that is read by programs; null: not known. */
export type CsvCell = string | number | null;

/** Rows under a header (RFC 4180). */
export function csvOf(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(field).join(",")}\n`).join("");
}

const longest = 2000; // characters of one cell

/** A spreadsheet takes a text that begins with `=` and the like for a formula; an apostrophe in front makes it text. */
function field(value: CsvCell): string {
  if (value === null) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const text = printable(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value, longest);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
