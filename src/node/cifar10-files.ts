import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cifar10RecordBytes, countCifar10Records, decodeCifar10Records, emptyCifar10 } from "../data/formats/cifar10.ts";
import type { Dataset } from "../data/dataset.ts";
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { reasonOf } from "./file-reason.ts";
import { readText, withFile } from "./read-file.ts";

/** CIFAR-10 as it lies in a folder. */
export interface Cifar10 {
  readonly train: Dataset;
  readonly test: Dataset;
  /** File name and number of images of each training batch, in the order of `train`. */
  readonly batches: readonly { readonly name: string; readonly count: number }[];
}

const testFile = "test_batch.bin";
const namesFile = "batches.meta.txt";
const largestNames = 2 ** 20; // bytes
const expected = "expects CIFAR-10's binary version: data_batch_1.bin, data_batch_2.bin, …, test_batch.bin";

/**
 * Reads CIFAR-10 in its binary form: every `data_batch_N.bin` of the folder in the order of N, and `test_batch.bin`.
 * Any number of batches and of records per batch; class names from `batches.meta.txt` where that is present.
 *
 * @param limit - takes the first training images only, and reads no more of the files. @defaultValue all
 * @throws DataError naming the file, its size and what is expected, when one is missing or damaged.
 */
export async function readCifar10(folder: string, { limit = Infinity }: { limit?: number } = {}): Promise<Cifar10> {
  const present = await listFolder(folder);
  const names = batchFiles(present);
  if (names.length === 0) throw new DataError(`${folder}: no data_batch_*.bin; ${expected}`);
  if (!present.includes(testFile)) throw new DataError(`${folder}: no ${testFile}; ${expected}`);
  const train = await readBatches(
    names.map((name) => join(folder, name)),
    limit,
  );
  const test = await readBatches([join(folder, testFile)], Infinity);
  const classNames = present.includes(namesFile)
    ? { classNames: await readClassNames(join(folder, namesFile), test.dataset.classes) }
    : {};
  return {
    train: { ...train.dataset, ...classNames },
    test: { ...test.dataset, ...classNames },
    batches: names.map((name, i) => ({ name, count: train.counts[i]! })).filter(({ count }) => count > 0),
  };
}

/** `data_batch_2.bin` before `data_batch_10.bin`. */
function batchFiles(present: readonly string[]): string[] {
  const number = (name: string): number => Number(/\d+/.exec(name)![0]);
  return present.filter((name) => /^data_batch_\d+\.bin$/.test(name)).sort((a, b) => number(a) - number(b));
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw new DataError(`${folder}: cannot be read, ${reasonOf(error)}`);
  }
}

const most = 2 ** 20; // images: 3 GiB
const piece = 1024; // records that are read at once: 3 MiB

/** The first `limit` records of the files, and how many come from each. */
async function readBatches(paths: readonly string[], limit: number): Promise<{ dataset: Dataset; counts: number[] }> {
  const present: number[] = [];
  for (const path of paths) present.push(await withFile(path, async ({ size }) => countCifar10Records(size, path)));
  let left = limit;
  const counts = present.map((records) => {
    const taken = Math.min(records, left);
    left -= taken;
    return taken;
  });
  const count = counts.reduce((sum, taken) => sum + taken, 0);
  if (count > most) {
    throw new DataError(`${paths[0]}: ${count} images in ${paths.length} files; ${most} are read at most`);
  }
  const dataset = emptyCifar10(count);
  let next = 0;
  for (const [i, path] of paths.entries()) {
    await withFile(path, async (file) => {
      for (let record = 0; record < counts[i]!; record += piece) {
        const end = Math.min(record + piece, counts[i]!);
        const bytes = await file.read(record * cifar10RecordBytes, end * cifar10RecordBytes);
        decodeCifar10Records(bytes, dataset, next + record, { name: path, record });
      }
    });
    next += counts[i]!;
  }
  return { dataset, counts };
}

/** Names go to tables and errors, so they are made printable here. */
async function readClassNames(path: string, classes: number): Promise<readonly string[]> {
  const lines = (await readText(path, largestNames)).split(/\r?\n/);
  const names = lines.map((line) => printable(line.trim())).filter((line) => line !== "");
  if (names.length !== classes) throw new DataError(`${path}: ${names.length} names for ${classes} classes`);
  return names;
}
