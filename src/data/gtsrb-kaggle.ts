import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Folder } from "./folder.ts";
import { beginsAsTable } from "./gtsrb-table.ts";

/** The tables of GTSRB as Kaggle distributes it, by their paths. */
export interface KaggleTables {
  readonly train: string | undefined;
  readonly test: string | undefined;
}

const firstBytes = 512; // of a table, for its header

/**
 * Finds `Train.csv` and `Test.csv` whose columns are those of GTSRB.
 *
 * @throws DataError for two of one part.
 */
export async function kaggleTables(names: readonly string[], folder: Folder): Promise<KaggleTables> {
  return { train: await tableOf("train", names, folder), test: await tableOf("test", names, folder) };
}

async function tableOf(part: string, names: readonly string[], folder: Folder): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of names) {
    if (name.slice(name.lastIndexOf("/") + 1).toLowerCase() !== `${part}.csv`) continue;
    const to = Math.min(firstBytes, await folder.size(name));
    if (beginsAsTable(new TextDecoder().decode(await folder.read(name, { from: 0, to })), "path")) found.push(name);
  }
  if (found.length > 1)
    throw new DataError(
      `${folder.path}: two tables of one part, ${found
        .slice(0, 2)
        .map((name) => printable(name))
        .join(" and ")}`,
    );
  return found[0];
}

/**
 * Pictures that no table names and that somebody may miss: not the icons of the classes in `Meta`, and not a second copy of a named one
 * in a folder of the same name in lower case, as the archive has it.
 */
export function missedPictures(pictures: readonly string[], used: ReadonlySet<string>, tables: KaggleTables): string[] {
  const table = (tables.train ?? tables.test)!;
  const top = table.slice(0, table.lastIndexOf("/") + 1);
  const known = new Set([...used].map((path) => path.toLowerCase()));
  return pictures.filter((path) => {
    const lower = path.toLowerCase();
    const isNew = !known.has(lower) && !lower.startsWith(`${top.toLowerCase()}meta/`);
    known.add(lower);
    return isNew;
  });
}
