import type { Predictions } from "../backdoor/predict.ts";
import { predict } from "../backdoor/predict.ts";
import type { Device } from "../tensor/device.ts";
import { printable } from "../tensor/printable.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import { className } from "./format-results.ts";
import type { ImageFiles, Unreadable } from "./image-files.ts";
import type { Io } from "./io.ts";
import type { ModelHeader, readModel } from "./model-file.ts";
import { formatTable } from "./table.ts";

/** A class and how probable it is. */
interface Likely {
  readonly class: number;
  /** Null where the model names no classes. */
  readonly name: string | null;
  readonly probability: number;
}

/** What the model says of one file. */
interface ImageRow {
  readonly index: number;
  readonly path: string;
  readonly class: number;
  readonly name: string | null;
  readonly probabilities: readonly number[];
  /** The most probable classes, the first one first. */
  readonly top: readonly Likely[];
}

/** How it is printed: for the eye, as CSV or as JSON. */
export interface ImageOutput {
  /** How many classes per image. */
  readonly top: number;
  readonly csv: boolean;
  readonly json: boolean;
}

/** Predicts the classes of picture files and prints them. @returns `someUnreadable` where some could not be read. */
export async function predictImages(
  device: Device,
  { header, classifier, weights }: Awaited<ReturnType<typeof readModel>>,
  { images, paths, unreadable }: ImageFiles,
  output: ImageOutput,
  io: Io,
): Promise<ExitCode> {
  const rows = rowsOf(await predict(device, classifier, device.put(weights), images), paths, header, output.top);
  for (const { path, reason } of unreadable) io.err(`${printable(path, 200)}: ${reason}\n`);
  if (header.pictures?.crop === "roi") {
    io.err("the model was trained on signs that the set's tables cut out; these are whole images\n");
  }
  io.out(output.json ? jsonOf(header, rows, unreadable) : output.csv ? csvOf(rows) : tableOf(rows));
  return unreadable.length > 0 ? exitCode.someUnreadable : exitCode.ok;
}

function rowsOf(predictions: Predictions, paths: readonly string[], header: ModelHeader, top: number): ImageRow[] {
  const nameOf = (label: number): string | null => header.classNames?.[label] ?? null;
  return paths.map((path, index) => {
    const { classes } = header;
    const probabilities = Array.from(predictions.probabilities.subarray(index * classes, (index + 1) * classes));
    const order = probabilities.map((_, label) => label).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
    const likely = order
      .slice(0, top)
      .map((label) => ({ class: label, name: nameOf(label), probability: probabilities[label]! }));
    const [first] = order as [number];
    return { index, path, class: first, name: nameOf(first), probabilities, top: likely };
  });
}

function tableOf(rows: readonly ImageRow[]): string {
  const cell = ({ class: label, name, probability }: Likely): string =>
    `${name === null ? className(label) : name} ${(100 * probability).toFixed(1)} %`;
  const ranks = rows[0]!.top.map((_, rank) => (rank === 0 ? "class" : `${rank + 1}.`));
  return formatTable(
    ["image", ...ranks],
    rows.map(({ path, top }) => [printable(path, 200), ...top.map(cell)]),
  );
}

function csvOf(rows: readonly ImageRow[]): string {
  const lines = rows.flatMap(({ path, top }) =>
    top.map(({ class: label, name, probability }, rank) =>
      [quoted(path), rank + 1, label, quoted(name ?? ""), probability.toPrecision(6)].join(","),
    ),
  );
  return `${["path,rank,class,name,probability", ...lines].join("\n")}\n`;
}

/** A text as a cell of CSV (RFC 4180). */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function jsonOf(header: ModelHeader, rows: readonly ImageRow[], unreadable: readonly Unreadable[]): string {
  return `${JSON.stringify({ ...header, predictions: rows, unreadable })}\n`;
}
