import { DataError } from "../tensor/errors.ts";
import type { Dataset } from "./dataset.ts";

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
 */
export function decodeCifar10(
  files: readonly Uint8Array[],
  names: readonly string[] = files.map((_, which) => `file ${which}`),
): Dataset {
  files.forEach((file, which) => {
    checkLength(file, names[which]!);
  });
  const count = files.reduce((sum, file) => sum + file.length / record, 0);
  if (count === 0) throw new DataError("cifar10: no file given", ["expects data_batch_*.bin or test_batch.bin"]);
  const images = new Uint8Array(count * plane * channels);
  const labels = new Int32Array(count);
  let next = 0;
  files.forEach((file, which) => {
    for (let start = 0; start < file.length; start += record) {
      const label = file[start]!;
      if (label >= classNames.length) {
        throw new DataError(`cifar10: record ${start / record} of ${names[which]} has label ${label}`, [
          "expects 0 … 9: is this CIFAR-100, or not a batch file?",
        ]);
      }
      labels[next] = label;
      for (let channel = 0; channel < channels; channel++) {
        const from = start + 1 + channel * plane;
        const to = next * plane * channels + channel;
        for (let pixel = 0; pixel < plane; pixel++) images[to + pixel * channels] = file[from + pixel]!;
      }
      next++;
    }
  });
  return { images, labels, count, height: side, width: side, channels, classes: classNames.length, classNames };
}

function checkLength(file: Uint8Array, name: string): void {
  if (file.length > 0 && file.length % record === 0) return;
  const whole = Math.floor(file.length / record);
  const rest = file.length % record;
  throw new DataError(
    `cifar10: ${name} has ${file.length} bytes: ${whole} records of ${record} and ${rest} bytes over`,
    [rest === 0 ? "it is empty" : `it is truncated in record ${whole}, or not a CIFAR-10 batch`],
  );
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
