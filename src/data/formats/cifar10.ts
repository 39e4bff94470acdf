import { DataError } from "../../tensor/errors.ts";
import type { Dataset } from "../dataset.ts";

const side = 32;
const channels = 3;
const plane = side * side;
/** Label byte, then red, green and blue planes. */
export const cifar10RecordBytes: number = 1 + channels * plane;
const classNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** A data set of zeros in CIFAR-10's form, for {@link decodeCifar10Records} to fill. */
export function emptyCifar10(count: number): Dataset {
  const form = { height: side, width: side, channels, classes: classNames.length, classNames };
  return { ...form, images: new Uint8Array(count * plane * channels), labels: new Int32Array(count), count };
}

/**
 * Decodes CIFAR-10's binary layout: records of one label byte and three 32×32 planes, red, green, blue.
 *
 * @param files - contents of any number of batch files of any number of records, in order.
 * @param names - what errors call the files; by default they are counted from 0.
 * @returns 32×32×3 images (channels last) and 10 classes.
 * @throws DataError if a file is empty or ends inside a record, or a label is above 9.
 * Source: https://www.cs.toronto.edu/~kriz/cifar.html
 */
export function decodeCifar10(
  files: readonly Uint8Array[],
  names: readonly string[] = files.map((_, which) => `file ${which}`),
): Dataset {
  const counts = files.map((file, which) => countCifar10Records(file.length, names[which]!));
  const count = counts.reduce((sum, records) => sum + records, 0);
  if (count === 0) throw new DataError("cifar10: no file given", ["expects data_batch_*.bin or test_batch.bin"]);
  const dataset = emptyCifar10(count);
  let next = 0;
  files.forEach((file, which) => {
    decodeCifar10Records(file, dataset, next, { name: names[which]!, record: 0 });
    next += counts[which]!;
  });
  return dataset;
}

/** Records in a file of `bytes` bytes. @throws DataError if it is empty or ends inside a record. */
export function countCifar10Records(bytes: number, name: string): number {
  const whole = Math.floor(bytes / cifar10RecordBytes);
  const rest = bytes % cifar10RecordBytes;
  if (bytes > 0 && rest === 0) return whole;
  throw new DataError(
    `cifar10: ${name} has ${bytes} bytes: ${whole} records of ${cifar10RecordBytes} and ${rest} bytes over`,
    [rest === 0 ? "it is empty" : `it is truncated in record ${whole}, or not a CIFAR-10 batch`],
  );
}

/**
 * Decodes records into a part of a data set, for files that are read piece by piece.
 *
 * @param records - whole records.
 * @param next - the image of `dataset` that the first one becomes.
 * @param from - the file and the number of the first record in it, for errors.
 * @throws DataError for a label above 9.
 */
export function decodeCifar10Records(
  records: Uint8Array,
  { images, labels }: Dataset,
  next: number,
  from: { readonly name: string; readonly record: number },
): void {
  for (let i = 0; i < records.length / cifar10RecordBytes; i++) {
    const start = i * cifar10RecordBytes;
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
 */
export function encodeCifar10(dataset: Dataset): Uint8Array {
  const { count, height, width, images, labels } = dataset;
  if (height !== side || width !== side || dataset.channels !== channels) {
    throw new DataError(`cifar10: images are ${height}×${width}×${dataset.channels}`, ["expects 32×32×3"]);
  }
  const file = new Uint8Array(count * cifar10RecordBytes);
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (label < 0 || label >= classNames.length) {
      throw new DataError(`cifar10: label ${label} of image ${i} does not fit`, ["expects 0 … 9"]);
    }
    file[i * cifar10RecordBytes] = label;
    for (let channel = 0; channel < channels; channel++) {
      const to = i * cifar10RecordBytes + 1 + channel * plane;
      const from = i * plane * channels + channel;
      for (let pixel = 0; pixel < plane; pixel++) file[to + pixel] = images[from + pixel * channels]!;
    }
  }
  return file;
}
