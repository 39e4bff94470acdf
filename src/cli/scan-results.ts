import type { Scan } from "../backdoor/scan/scan.ts";
import type { Dataset } from "../data/dataset.ts";

/** An image of a scan. */
export interface ScanRow {
  /** In the order of the files. */
  readonly index: number;
  /** In the set's folder; null where images have no files of their own. */
  readonly path: string | null;
  readonly label: number;
  /** Higher is more suspect. */
  readonly score: number;
}

/** What `scan --json` prints. */
export interface ScanResults {
  readonly found: boolean;
  /** Share of the images that are suspects. */
  readonly rate: number;
  /** Labels that suspects have, ascending. */
  readonly classes: readonly number[];
  readonly separation: number;
  readonly threshold: number;
  /** Of the scan, without reading images and opening the device. */
  readonly seconds: number;
  /** The most suspect first. */
  readonly suspects: readonly ScanRow[];
}

/** A scan with what it is of. */
export interface Scanned {
  readonly scan: Scan;
  readonly dataset: Dataset;
  /** One per image; undefined where images have no files of their own. */
  readonly paths: readonly string[] | undefined;
  readonly seconds: number;
}

/** Who is named, and how all images rank. */
type Named = Pick<Scan, "suspects" | "score">;

/** Rows of all images by rank: suspects first, each part by falling score. */
export function rankedRows({
  scan,
  dataset,
  paths,
}: Pick<Scanned, "dataset" | "paths"> & { readonly scan: Named }): ScanRow[] {
  const { score } = scan;
  const named = new Uint8Array(dataset.count);
  for (const index of scan.suspects) named[index] = 1;
  const order = Array.from({ length: dataset.count }, (_, i) => i);
  order.sort((a, b) => named[b]! - named[a]! || score[b]! - score[a]! || a - b);
  return order.map((index) => ({
    index,
    path: paths?.[index] ?? null,
    label: dataset.labels[index]!,
    score: score[index]!,
  }));
}

/** What `scan --json` prints. */
export function scanResults(scanned: Scanned): ScanResults {
  const { scan, dataset, seconds } = scanned;
  const { found, classes, separation, threshold, suspects } = scan;
  return {
    found,
    rate: suspects.length / dataset.count,
    classes,
    separation,
    threshold,
    seconds,
    suspects: rankedRows(scanned).slice(0, suspects.length),
  };
}

/**
 * suspects.csv: all images by rank; in the column `suspect`, 1 for those that the scan names.
 *
 * @param run - stands in every row, and names the run that the list is of; without it there is no such column.
 */
export function scanCsv(scanned: Pick<Scanned, "dataset" | "paths"> & { readonly scan: Named }, run?: string): string {
  const named = scanned.scan.suspects.length;
  const rows = rankedRows(scanned).map(({ index, path, label, score }, at) =>
    [
      index,
      label,
      score,
      at + 1,
      at < named ? 1 : 0,
      path === null ? "" : quoted(path),
      ...(run === undefined ? [] : [run]),
    ].join(","),
  );
  return `index,label,score,rank,suspect,path${run === undefined ? "" : ",run"}\n${rows.map((row) => `${row}\n`).join("")}`;
}

/**
 * A path as a CSV cell. A spreadsheet takes a cell that begins with `=` and the like for a formula, so such a path gets a `./`
 * in front, which names the same file.
 */
function quoted(path: string): string {
  const harmless = /^[=+\-@\t\r]/.test(path) ? `./${path}` : path;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
