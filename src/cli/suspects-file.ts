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
 * Reads suspects.csv, the most suspect image first (by rank).
 *
 * @throws DataError naming the line that does not fit.
 */
export async function readSuspects(path: string): Promise<SuspectsFile> {
  const lines = (await readText(path, largest)).split(/\r?\n/);
  const header = lines[0]!.split(",").map((name) => name.trim());
  const columns = ["index", "label", "suspicion", "rank"].map((name) => header.indexOf(name));
  if (columns.includes(-1))
    throw new DataError(`${path}: its first line is not a header with index, label, suspicion and rank`);
  const runColumn = header.indexOf("run");
  const runs = new Set<string | undefined>();
  const rows = lines.slice(1).flatMap((line, i) => {
    if (line.trim() === "") return [];
    const cells = line.split(",");
    const [index, label, suspicion, rank] = columns.map((column) => Number(cells[column]?.trim() || Number.NaN));
    runs.add(cells[runColumn]?.trim());
    const whole = [index, label, rank].every((value) => Number.isInteger(value) && value! >= 0);
    if (!whole || !Number.isFinite(suspicion)) {
      throw new DataError(
        `${path}: line ${i + 2} is not an index, a label, a suspicion and a rank: "${printable(line)}"`,
      );
    }
    return [{ index: index!, label: label!, suspicion: suspicion!, rank: rank! }];
  });
  if (rows.length === 0) throw new DataError(`${path}: holds no image`);
  if (new Set(rows.map(({ index }) => index)).size !== rows.length) {
    throw new DataError(`${path}: an index appears twice`);
  }
  if (runs.size > 1) throw new DataError(`${path}: holds rows of ${runs.size} runs`);
  rows.sort((a, b) => a.rank - b.rank);
  return { run: [...runs][0], rows: rows.map(({ index, label, suspicion }) => ({ index, label, suspicion })) };
}
