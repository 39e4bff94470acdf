import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeCifar10 } from "../data/cifar10.ts";
import type { Dataset } from "../data/dataset.ts";
import { DataError } from "../tensor/errors.ts";
import { reasonOf } from "./atomic-file.ts";

/** CIFAR-10 as it lies in a folder. */
export interface Cifar10 {
  readonly train: Dataset;
  readonly test: Dataset;
  /** File name and number of images of each training batch, in the order of `train`. */
  readonly batches: readonly { readonly name: string; readonly count: number }[];
}

const testFile = "test_batch.bin";
const namesFile = "batches.meta.txt";
const expected = "expects CIFAR-10's binary version: data_batch_1.bin, data_batch_2.bin, …, test_batch.bin";

/**
 * Reads CIFAR-10 in its binary form: every `data_batch_N.bin` of the folder in the order of N, and `test_batch.bin`.
 * Any number of batches and of records a batch; class names from `batches.meta.txt` where that is present.
 *
 * @throws DataError naming the file, its size and what is expected, when one is missing or damaged.
 */
export async function readCifar10(folder: string): Promise<Cifar10> {
  const present = await listFolder(folder);
  const batches = batchFiles(present);
  if (batches.length === 0) throw new DataError(`${folder}: no data_batch_*.bin; ${expected}`);
  if (!present.includes(testFile)) throw new DataError(`${folder}: no ${testFile}; ${expected}`);
  const paths = batches.map((name) => join(folder, name));
  const parts = await Promise.all(paths.map(readBytes));
  const train = decodeCifar10(parts, paths);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const test = decodeCifar10([await readBytes(join(folder, testFile))], [join(folder, testFile)]);
  const names = present.includes(namesFile) ? await readClassNames(join(folder, namesFile), test.classes) : {};
  return {
    train: { ...train, ...names },
    test: { ...test, ...names },
    batches: batches.map((name, i) => ({ name, count: (train.count * parts[i]!.length) / total })),
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

/** A whole file. @throws DataError with the system's reason. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw new DataError(`${path}: cannot be read, ${reasonOf(error)}`);
  }
}

async function readClassNames(path: string, classes: number): Promise<Pick<Dataset, "classNames">> {
  const lines = new TextDecoder().decode(await readBytes(path)).split(/\r?\n/);
  const classNames = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (classNames.length !== classes) throw new DataError(`${path}: ${classNames.length} names for ${classes} classes`);
  return { classNames };
}
