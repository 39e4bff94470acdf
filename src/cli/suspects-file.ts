import { readText } from "../node/index.ts";
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";

/** What `clean` needs of a row of suspects.csv. */
export interface SuspectRow {
  readonly index: number;
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
 * Reads suspects.csv of a training or a scan, the most suspect image first (by rank). Its last column may be a path, which is not read.
 *
 * @throws DataError naming the line that does not fit.
 */
export async function readSuspects(path: string): Promise<SuspectsFile> {
  const lines = recordsOf(await readText(path, largest));
  const header = lines[0]!.split(",").map((name) => name.trim());
  const score = header.includes("suspicion") ? "suspicion" : "score"; // as a defence calls it, and a scan
  const columns = ["index", "label", score, "rank"].map((name) => header.indexOf(name));
  if (columns.includes(-1))
    throw new DataError(`${path}: its first line is not a header with index, label, suspicion or score, and rank`);
  const [runColumn, namedColumn] = [header.indexOf("run"), header.indexOf("suspect")];
  const runs = new Set<string | undefined>();
  const rows = lines.slice(1).flatMap((line, i) => {
    if (line.trim() === "") return [];
    const cells = line.split(",");
    const [index, label, suspicion, rank] = columns.map((column) => Number(cells[column]?.trim() || Number.NaN));
    runs.add(cells[runColumn]?.trim());
    const named = namedColumn < 0 ? undefined : cells[namedColumn]?.trim() === "1";
    const whole = [index, label, rank].every((value) => Number.isInteger(value) && value! >= 0);
    if (!whole || !Number.isFinite(suspicion)) {
      throw new DataError(
        `${path}: line ${i + 2} is not an index, a label, a suspicion and a rank: "${printable(line)}"`,
      );
    }
    return [{ index: index!, label: label!, suspicion: suspicion!, named, rank: rank! }];
  });
  if (rows.length === 0) throw new DataError(`${path}: holds no image`);
  if (new Set(rows.map(({ index }) => index)).size !== rows.length) {
    throw new DataError(`${path}: an index appears twice`);
  }
  if (runs.size > 1) throw new DataError(`${path}: holds rows of ${runs.size} runs`);
  rows.sort((a, b) => a.rank - b.rank);
  return { run: [...runs][0], rows: rows.map(({ rank: _, ...row }) => row) };
}

/** Lines, but for line breaks inside quotes: a path may hold one. */
function recordsOf(text: string): string[] {
  const records: string[] = [];
  let open: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const record: string = open === undefined ? line : `${open}\n${line}`;
    open = record.split('"').length % 2 === 0 ? record : undefined;
    if (open === undefined) records.push(record);
  }
  return open === undefined ? records : [...records, open];
}
