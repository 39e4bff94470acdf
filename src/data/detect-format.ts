import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { DatasetFormat } from "./dataset-format.ts";
import type { Folder } from "./folder.ts";
import { datasetFormats } from "./formats/index.ts";

const shown = 4; // names in an error

/**
 * The format of a folder, by its files.
 *
 * @throws DataError if no format or more than one fits, with what was seen and which layouts are known.
 * @example
 * ```ts
 * import { builtinDataset, detectFormat, encodeCifar10 } from "deconfound/data";
 *
 * const file = encodeCifar10(builtinDataset({ count: 2 }));
 * const folder = {
 *   path: "data",
 *   list: async () => ["data_batch_1.bin", "test_batch.bin"],
 *   size: async () => file.length,
 *   read: async () => file,
 * };
 * console.log((await detectFormat(folder)).name); // cifar10
 * ```
 */
export async function detectFormat(folder: Folder): Promise<DatasetFormat> {
  const names = await folder.list();
  const readers = datasetFormats.filter(({ reads }) => reads === "folder");
  const fits = await Promise.all(readers.map((format) => format.detect(names, folder)));
  const found = readers.filter((_, at) => fits[at]);
  if (found.length === 1) return found[0]!;
  const seen = names.slice(0, shown).map((name) => printable(name));
  const what = `${names.length} ${names.length === 1 ? "file" : "files"}`;
  const list = names.length === 0 ? what : `${what} (${seen.join(", ")}${names.length > shown ? ", …" : ""})`;
  if (found.length > 1) {
    throw new DataError(`${folder.path}: ${list} fit more than one format; --dataset says which`, found.map(layout));
  }
  throw new DataError(`${folder.path}: ${list} are of no known format`, ["known layouts:", ...readers.map(layout)]);
}

function layout({ name, summary }: DatasetFormat): string {
  return `${name}: ${summary}`;
}
