import type { DatasetParts } from "../data/dataset-format.ts";
import { detectFormat } from "../data/detect-format.ts";
import { defaultsOf } from "../options/table.ts";
import { openFolder } from "./folder.ts";
import { sharpDecoder } from "./sharp-decoder.ts";

/**
 * Reads a folder of labelled images in any format that is known.
 *
 * @param options.limit - how many training images are read at most, as `DatasetSource.limit` says. @defaultValue all
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
  return format.read({
    folder,
    options: defaultsOf(format.options),
    seed: 0,
    limit: limit ?? null,
    decoder: sharpDecoder,
  });
}
