import { DataError } from "../tensor/errors.ts";
import type { Dataset } from "./dataset.ts";
import { selectImages } from "./dataset.ts";
import type { DatasetParts, DatasetSource } from "./dataset-format.ts";
import { splitNote, splitOff } from "./split.ts";

/**
 * Both parts of a set that was read as arrays: where there is no test part a seeded share of the images becomes one; the limit is
 * kept; both parts have as many classes as the labels of either need, or as the model has.
 *
 * @param test - null where there is none.
 * @param path - what errors call the set.
 */
export function completeParts(
  train: Dataset,
  test: Dataset | null,
  { limit, testOnly, forModel }: Pick<DatasetSource<object>, "limit" | "testOnly" | "forModel">,
  path: string,
): DatasetParts & { readonly chosen: Int32Array | null } {
  const divided = test === null ? divide(train, path) : { train, test, chosen: null, notes: [] };
  for (const field of ["height", "width", "channels"] as const) {
    if (train[field] !== divided.test[field]) {
      throw new DataError(`${path}: training images have ${field} ${train[field]}, test images ${divided.test[field]}`);
    }
  }
  const classes = Math.max(train.classes, divided.test.classes, forModel?.classes ?? 0);
  if (testOnly === true) {
    const only = { ...divided.test, classes };
    return { train: only, test: only, notes: divided.notes, chosen: null };
  }
  const all = divided.train;
  const kept =
    limit === null || limit >= all.count
      ? all
      : selectImages(
          all,
          Int32Array.from({ length: limit }, (_, i) => i),
        );
  return {
    train: { ...kept, classes },
    test: { ...divided.test, classes },
    notes: divided.notes,
    chosen: divided.chosen?.subarray(0, kept.count) ?? null,
  };
}

function divide(
  all: Dataset,
  path: string,
): { train: Dataset; test: Dataset; chosen: Int32Array; notes: readonly string[] } {
  const { train, test } = splitOff(all.labels);
  if (test.length === 0) {
    throw new DataError(`${path}: no class has two images, of which one could be a test image`, [
      "add images, or a test part",
    ]);
  }
  const notes = [splitNote(test.length, all.count)];
  return { train: selectImages(all, train), test: selectImages(all, test), chosen: train, notes };
}
