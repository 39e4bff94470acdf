import { DataError } from "../../tensor/errors.ts";
import { printable } from "../../tensor/printable.ts";
import type { Dataset } from "../dataset.ts";
import { selectImages } from "../dataset.ts";
import type { DatasetFormat } from "../dataset-format.ts";
import type { Folder } from "../folder.ts";

const side = 32;
const channels = 3;
const plane = side * side;
/** Label byte, then red, green and blue planes. */
const record = 1 + channels * plane;
const classNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

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
  const counts = files.map((file, which) => countRecords(file.length, names[which]!));
  if (files.length === 0) throw new DataError("cifar10: no file given", ["expects data_batch_*.bin or test_batch.bin"]);
  const dataset = empty(counts.reduce((sum, count) => sum + count, 0));
  let next = 0;
  files.forEach((file, which) => {
    decodeRecords(file, dataset, next, { name: names[which]!, record: 0 });
    next += counts[which]!;
  });
  return dataset;
}

function empty(count: number): Dataset {
  const form = { height: side, width: side, channels, classes: classNames.length, classNames };
  return { ...form, images: new Uint8Array(count * plane * channels), labels: new Int32Array(count), count };
}

/** Records in a file of `bytes` bytes. @throws DataError if it is empty or ends inside a record. */
function countRecords(bytes: number, name: string): number {
  const whole = Math.floor(bytes / record);
  const rest = bytes % record;
  if (bytes > 0 && rest === 0) return whole;
  throw new DataError(`cifar10: ${name} has ${bytes} bytes: ${whole} records of ${record} and ${rest} bytes over`, [
    rest === 0 ? "it is empty" : `it is truncated in record ${whole}, or not a CIFAR-10 batch`,
  ]);
}

/** Decodes whole records into a dataset, from image `next` on. @param from - the file and its first record here, for errors. */
function decodeRecords(
  records: Uint8Array,
  { images, labels }: Dataset,
  next: number,
  from: { readonly name: string; readonly record: number },
): void {
  for (let i = 0; i < records.length / record; i++) {
    const start = i * record;
    const label = records[start]!;
    if (label >= classNames.length) {
      throw new DataError(`cifar10: record ${from.record + i} of ${from.name} has label ${label}`, [
        "expects 0 … 9: is this CIFAR-100, or not a batch file?",
      ]);
    }
    labels[next + i] = label;
    for (let channel = 0; channel < channels; channel++) {
      const source = start + 1 + channel * plane;
      const target = (next + i) * plane * channels + channel;
      for (let pixel = 0; pixel < plane; pixel++) images[target + pixel * channels] = records[source + pixel]!;
    }
  }
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
  const { count, height, width, images, labels } = dataset;
  if (height !== side || width !== side || dataset.channels !== channels) {
    throw new DataError(`cifar10: images are ${height}×${width}×${dataset.channels}`, ["expects 32×32×3"]);
  }
  const file = new Uint8Array(count * record);
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (label < 0 || label >= classNames.length) {
      throw new DataError(`cifar10: label ${label} of image ${i} does not fit`, ["expects 0 … 9"]);
    }
    file[i * record] = label;
    for (let channel = 0; channel < channels; channel++) {
      const to = i * record + 1 + channel * plane;
      const from = i * plane * channels + channel;
      for (let pixel = 0; pixel < plane; pixel++) file[to + pixel] = images[from + pixel * channels]!;
    }
  }
  return file;
}

const testFile = "test_batch.bin";
const namesFile = "batches.meta.txt";
const expected = "expects CIFAR-10's binary version: data_batch_1.bin, data_batch_2.bin, …, test_batch.bin";
const batchFile = /^data_batch_\d+\.bin$/;

/**
 * A folder with CIFAR-10's binary version: every `data_batch_N.bin` in the order of N, and `test_batch.bin`. Any number of batches
 * and of records per batch; class names from `batches.meta.txt` where that is present.
 */
export const cifar10: DatasetFormat = {
  name: "cifar10",
  summary: "CIFAR-10's binary version: data_batch_*.bin, test_batch.bin",
  options: {},
  classNames,
  reads: "folder",
  detect: (names) => names.some((name) => batchFile.test(name) || name === testFile),
  async read({ folder, limit, testOnly }) {
    const { path } = folder!;
    const present = await folder!.list();
    const batches = batchFiles(present);
    if (batches.length === 0 && testOnly !== true) throw new DataError(`${path}: no data_batch_*.bin; ${expected}`);
    if (!present.includes(testFile)) throw new DataError(`${path}: no ${testFile}; ${expected}`);
    const test = await readBatches(folder!, [testFile], Number.POSITIVE_INFINITY);
    const train = testOnly === true ? test : await readBatches(folder!, batches, limit ?? Number.POSITIVE_INFINITY);
    const names = present.includes(namesFile) ? await readClassNames(folder!) : {};
    return { train: { ...train.dataset, ...names }, test: { ...test.dataset, ...names }, files: train.files };
  },
  async *write({ train, test, files = [] }, { kept }) {
    let from = 0;
    for (const { name, count } of files) {
      const left = kept.filter((index) => index >= from && index < from + count);
      if (left.length > 0) yield { name, content: encodeCifar10(selectImages(train, left)) };
      from += count;
    }
    yield { name: testFile, content: encodeCifar10(test) };
    yield { name: namesFile, content: `${(test.classNames ?? classNames).join("\n")}\n` };
  },
};

/** `data_batch_2.bin` before `data_batch_10.bin`. */
function batchFiles(present: readonly string[]): string[] {
  const number = (name: string): number => Number(/\d+/.exec(name)![0]);
  return present.filter((name) => batchFile.test(name)).sort((a, b) => number(a) - number(b));
}

const most = 2 ** 20; // images: 3 GiB
const piece = 1024; // records that are read at once: 3 MiB

/** The first `limit` records of the files, and how many come from each. */
async function readBatches(
  folder: Folder,
  names: readonly string[],
  limit: number,
): Promise<{ dataset: Dataset; files: { name: string; count: number }[] }> {
  const files: { name: string; count: number }[] = [];
  let count = 0;
  for (const name of names) {
    const taken = Math.min(countRecords(await folder.size(name), `${folder.path}/${name}`), limit - count);
    count += taken;
    if (taken > 0) files.push({ name, count: taken });
  }
  if (count > most) {
    throw new DataError(`${folder.path}: ${count} images in ${files.length} files; ${most} are read at most`);
  }
  const dataset = empty(count);
  let next = 0;
  for (const file of files) {
    for (let at = 0; at < file.count; at += piece) {
      const end = Math.min(at + piece, file.count);
      const bytes = await folder.read(file.name, { from: at * record, to: end * record });
      decodeRecords(bytes, dataset, next + at, { name: `${folder.path}/${file.name}`, record: at });
    }
    next += file.count;
  }
  return { dataset, files };
}

const largestNames = 2 ** 20; // bytes

/** Names go to tables and errors, so they are made printable here. */
async function readClassNames(folder: Folder): Promise<Pick<Dataset, "classNames">> {
  const size = await folder.size(namesFile);
  if (size > largestNames)
    throw new DataError(`${folder.path}/${namesFile}: has ${size} bytes; such a file has ${largestNames} at most`);
  const lines = new TextDecoder().decode(await folder.read(namesFile)).split(/\r?\n/);
  const names = lines.map((line) => printable(line.trim())).filter((line) => line !== "");
  if (names.length !== classNames.length) {
    throw new DataError(`${folder.path}/${namesFile}: ${names.length} names for ${classNames.length} classes`);
  }
  return { classNames: names };
}
