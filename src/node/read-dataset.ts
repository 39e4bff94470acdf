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
 * ```ts
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { builtinDataset, encodeCifar10 } from "deconfound/data";
 * import { readDataset, writeAtomically } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/cifar-10-`);
 * const file = encodeCifar10(builtinDataset({ count: 20 }));
 * for (const name of ["data_batch_1.bin", "test_batch.bin"]) writeAtomically(`${folder}/${name}`, file);
 * const { train, test } = await readDataset(folder, { limit: 5 });
 * console.log(train.count, test.count); // 5 20
 * rmSync(folder, { recursive: true });
 * ```
 */
export async function readDataset(
  path: string,
  { limit }: { readonly limit?: number | undefined } = {},
): Promise<DatasetParts> {
  const folder = openFolder(path);
  const format = await detectFormat(folder);
  return format.read({ folder, options: defaultsOf(format.options), seed: 0, limit: limit ?? null });
}

/**
 * The format of a folder, by the names of its files.
 *
 * @throws DataError if no format knows them.
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { detectFormat, openFolder, writeAtomically } from "deconfound/node";
 *
 * const path = mkdtempSync(`${tmpdir()}/cifar-10-`);
 * writeAtomically(`${path}/data_batch_1.bin`, new Uint8Array(3073));
 * console.log((await detectFormat(openFolder(path))).name); // cifar10
 * rmSync(path, { recursive: true });
 * ```
 */
export async function detectFormat(folder: Folder): Promise<DatasetFormat> {
  const names = await folder.list();
  const format = datasetFormats.find((known) => known.reads === "folder" && known.detect(names));
  if (format !== undefined) return format;
  const known = datasetFormats.filter(({ reads }) => reads === "folder").map(({ summary }) => summary);
  throw new DataError(`${folder.path}: its files are of no known format`, known);
}
