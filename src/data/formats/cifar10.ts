import { DataError } from "../../tensor/errors.ts";
import type { CifarForm } from "../cifar-records.ts";
import {
  countRecords,
  decodeRecords,
  emptyCifar,
  encodeRecords,
  readClassNames,
  readRecords,
} from "../cifar-records.ts";
import { completeParts } from "../complete-parts.ts";
import type { Dataset } from "../dataset.ts";
import { selectImages } from "../dataset.ts";
import type { DatasetFormat } from "../dataset-format.ts";
import { subFolder } from "../sub-folder.ts";

const classNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
const form: CifarForm = { name: "cifar10", labels: 1, at: 0, classes: classNames.length };

/**
 * Decodes CIFAR-10's binary layout: records of one label byte and three 32×32 planes, red, green, blue.
 *
 * @param files - contents of any number of batch files of any number of records, in order.
 * @param names - what errors call the files; by default they are counted from 0.
 * @returns 32×32×3 images (channels last) and 10 classes.
 * @throws DataError if a file is empty or ends inside a record, or a label is above 9.
 * Source: https://www.cs.toronto.edu/~kriz/cifar.html
 * @example
 * ```ts
 * import { builtinDataset, decodeCifar10, encodeCifar10 } from "deconfound/data";
 *
 * const file = encodeCifar10(builtinDataset({ count: 3 }));
 * const { count, height, labels } = decodeCifar10([file, file]);
 * console.log(count, height, String(labels)); // 6 32 0,1,2,0,1,2
 * ```
 */
export function decodeCifar10(
  files: readonly Uint8Array[],
  names: readonly string[] = files.map((_, which) => `file ${which}`),
): Dataset {
  const counts = files.map((file, which) => countRecords(file.length, form, names[which]!));
  if (files.length === 0) throw new DataError("cifar10: no file given", ["expects data_batch_*.bin or test_batch.bin"]);
  const dataset = {
    ...emptyCifar(
      counts.reduce((sum, count) => sum + count, 0),
      form,
    ),
    classNames,
  };
  let next = 0;
  files.forEach((file, which) => {
    decodeRecords(file, form, dataset, next, { name: names[which]!, record: 0 });
    next += counts[which]!;
  });
  return dataset;
}

/**
 * Encodes images in CIFAR-10's binary layout: the inverse of {@link decodeCifar10}.
 *
 * @throws DataError if the images are not 32×32×3 or a label does not fit in 0 … 9.
 * @example
 * ```ts
 * import { builtinDataset, encodeCifar10 } from "deconfound/data";
 *
 * console.log(encodeCifar10(builtinDataset({ count: 2 })).length); // 6146
 * ```
 */
export function encodeCifar10(dataset: Dataset): Uint8Array {
  return encodeRecords(dataset, form);
}

const testFile = "test_batch.bin";
const namesFile = "batches.meta.txt";
const expected = "expects CIFAR-10's binary version: data_batch_1.bin, data_batch_2.bin, …, test_batch.bin";
const batchFile = /^data_batch_\d+\.bin(?:\.gz)?$/;
const isOwn = (name: string): boolean => batchFile.test(name) || isTest(name);
const isTest = (name: string): boolean => name === testFile || name === `${testFile}.gz`;

/**
 * A folder with CIFAR-10's binary version, or with one folder that has it: every `data_batch_N.bin` in the order of N, and
 * `test_batch.bin`, each plain or gzipped (`.gz`; of two of one name the plain one is read). Any number of batches and of records per
 * batch; class names from `batches.meta.txt` where that is present.
 */
export const cifar10: DatasetFormat = {
  name: "cifar10",
  summary: "CIFAR-10's binary version: data_batch_*.bin, test_batch.bin, plain or .gz",
  options: {},
  classNames,
  reads: "folder",
  detect: (names) => names.some((name) => isOwn(name.slice(name.lastIndexOf("/") + 1))),
  async read({ folder: given, limit, testOnly }) {
    const { folder, names } = subFolder(given!, await given!.list(), isOwn);
    const batches = batchFiles(names);
    const tests = names.filter(isTest).slice(0, 1);
    const all = Number.POSITIVE_INFINITY;
    const test = tests.length === 0 ? null : (await readRecords(folder, tests, all, form)).dataset;
    if (batches.length === 0 && !(testOnly === true && test !== null)) {
      throw new DataError(`${folder.path}: no data_batch_*.bin; ${expected}`);
    }
    const wanted = test === null ? all : (limit ?? all); // all are needed where some become test images
    const read = testOnly === true && test !== null ? null : await readRecords(folder, batches, wanted, form);
    const { chosen, ...parts } = completeParts(read?.dataset ?? test!, test, { limit, testOnly }, folder.path);
    const named = {
      classNames: names.includes(namesFile) ? await readClassNames(folder, namesFile, form.classes) : classNames,
    };
    return {
      ...parts,
      train: { ...parts.train, ...named },
      test: { ...parts.test, ...named },
      files: filesOf(read?.files ?? [], chosen),
    };
  },
  async *write({ train, test, files = [] }, { kept }) {
    let from = 0;
    for (const { name, count } of files) {
      const left = kept.filter((index) => index >= from && index < from + count);
      if (left.length > 0) yield { name: name.replace(/\.gz$/, ""), content: encodeCifar10(selectImages(train, left)) };
      from += count;
    }
    yield { name: testFile, content: encodeCifar10(test) };
    yield { name: namesFile, content: `${(test.classNames ?? classNames).join("\n")}\n` };
  },
};

type Files = readonly { readonly name: string; readonly count: number }[];

/** How many images of each file are training images, where the others became test images. */
function filesOf(files: Files, chosen: Int32Array | null): Files {
  if (chosen === null) return files;
  let from = 0;
  return files.map(({ name, count }) => {
    const [start, end] = [from, from + count];
    from = end;
    return { name, count: chosen.filter((index) => index >= start && index < end).length };
  });
}

/** `data_batch_2.bin` before `data_batch_10.bin`, and before its gzipped copy, which is left out. */
function batchFiles(present: readonly string[]): string[] {
  const number = (name: string): number => Number(/\d+/.exec(name)![0]);
  const batches = present
    .filter((name) => batchFile.test(name))
    .sort((a, b) => number(a) - number(b) || a.length - b.length);
  return batches.filter((name) => !name.endsWith(".gz") || !batches.includes(name.slice(0, -3)));
}
