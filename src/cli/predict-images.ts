import { putDataset } from "../backdoor/device-data.ts";
import type { Predictions } from "../backdoor/predict.ts";
import { createPredictor } from "../backdoor/predict.ts";
import { printable } from "../tensor/printable.ts";
import { countTriggered, looksTriggered, triggerProbability } from "./alarm-file.ts";
import type { LazyDevice } from "./device-option.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import { className } from "./format-results.ts";
import type { ImageFiles, Unreadable } from "./image-files.ts";
import type { Io } from "./io.ts";
import type { ModelHeader, SavedModel } from "./model-file.ts";
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
  /** How probable it is that the image carries the trigger; null where the model has no alarm. */
  readonly triggered: number | null;
}

/** How it is printed: for the eye, as CSV or as JSON. */
export interface ImageOutput {
  /** How many classes per image. */
  readonly top: number;
  readonly csv: boolean;
  readonly json: boolean;
}

/** Predicts the classes of picture files, and whether they carry a trigger, and prints it. @returns `someUnreadable` where some could not be read. */
export async function predictImages(
  lazy: LazyDevice,
  { header, classifier, weights }: SavedModel,
  alarm: SavedModel | null,
  { images, paths, unreadable }: ImageFiles,
  output: ImageOutput,
  io: Io,
): Promise<ExitCode> {
  const device = await lazy.open();
  const data = putDataset(device, images, lazy.residentBytes);
  const predictions = await createPredictor(device, classifier)(device.put(weights), data);
  const triggered = alarm === null ? null : await triggerProbability(device, alarm, data);
  const rows = rowsOf(predictions, triggered, paths, header, output.top);
  for (const { path, reason } of unreadable) io.err(`${printable(path, 200)}: ${reason}\n`);
  if (header.pictures?.crop === "roi") {
    io.err("the model was trained on signs that the set's tables cut out; these are whole images\n");
  }
  if (triggered !== null) io.err(`alarm: ${countTriggered(triggered)} images look triggered\n`);
  io.out(output.json ? jsonOf(header, rows, unreadable) : output.csv ? csvOf(rows) : tableOf(rows));
  return unreadable.length > 0 ? exitCode.someUnreadable : exitCode.ok;
}

function rowsOf(
  predictions: Predictions,
  triggered: Float32Array | null,
  paths: readonly string[],
  header: ModelHeader,
  top: number,
): ImageRow[] {
  const nameOf = (label: number): string | null => header.classNames?.[label] ?? null;
  return paths.map((path, index) => {
    const { classes } = header;
    const probabilities = Array.from(predictions.probabilities.subarray(index * classes, (index + 1) * classes));
    const order = probabilities.map((_, label) => label).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
    const likely = order
      .slice(0, top)
      .map((label) => ({ class: label, name: nameOf(label), probability: probabilities[label]! }));
    const [first] = order as [number];
    const alarmed = triggered?.[index] ?? null;
    return { index, path, class: first, name: nameOf(first), probabilities, top: likely, triggered: alarmed };
  });
}

function tableOf(rows: readonly ImageRow[]): string {
  const cell = ({ class: label, name, probability }: Likely): string =>
    `${name === null ? className(label) : name} ${(100 * probability).toFixed(1)} %`;
  const ranks = rows[0]!.top.map((_, rank) => (rank === 0 ? "class" : `${rank + 1}.`));
  return formatTable(
    ["image", ...ranks, ...(rows[0]!.triggered === null ? [] : ["alarm"])],
    rows.map(({ path, top, triggered }) => [
      printable(path, 200),
      ...top.map(cell),
      ...(triggered === null ? [] : [looksTriggered(triggered) ? `TRIGGER ${(100 * triggered).toFixed(1)} %` : "none"]),
    ]),
  );
}

function csvOf(rows: readonly ImageRow[]): string {
  const alarmed = rows[0]!.triggered !== null;
  const lines = rows.flatMap(({ path, top, triggered }) =>
    top.map(({ class: label, name, probability }, rank) => {
      const cells = [quoted(path), rank + 1, label, quoted(name ?? ""), probability.toPrecision(6)];
      return [...cells, ...(triggered === null ? [] : [triggered.toPrecision(6)])].join(",");
    }),
  );
  return `${[`path,rank,class,name,probability${alarmed ? ",triggered" : ""}`, ...lines].join("\n")}\n`;
}

/** A text as a cell of CSV (RFC 4180). */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function jsonOf(header: ModelHeader, rows: readonly ImageRow[], unreadable: readonly Unreadable[]): string {
  return `${JSON.stringify({ ...header, predictions: rows, unreadable })}\n`;
}
