import type { DatasetFormat, DatasetParts } from "../data/dataset-format.ts";
import type { Folder } from "../data/folder.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { defaultsOf } from "../options/table.ts";
import { DataError } from "../tensor/errors.ts";
import { openFolder } from "./folder.ts";

/**
 * Reads a folder of labelled images in any format that is known.
 *
 * @param options.limit - takes the first training images only. @defaultValue all
 * @throws DataError for a folder that cannot be read, is of no known format, or is damaged.
 * @example
 * const { train, test } = await readDataset("cifar-10-batches-bin", { limit: 5000 });
 */
export async function readDataset(
  path: string,
  { limit }: { readonly limit?: number | undefined } = {},
): Promise<DatasetParts> {
  const folder = openFolder(path);
  const format = await detectFormat(folder);
  return format.read({ folder, options: defaultsOf(format.options), seed: 0, limit: limit ?? null });
}

/** The format of a folder, by the names of its files. @throws DataError if no format knows them. */
export async function detectFormat(folder: Folder): Promise<DatasetFormat> {
  const names = await folder.list();
  const format = datasetFormats.find((known) => known.reads === "folder" && known.detect(names));
  if (format !== undefined) return format;
  const known = datasetFormats.filter(({ reads }) => reads === "folder").map(({ summary }) => summary);
  throw new DataError(`${folder.path}: its files are of no known format`, known);
}
