import { decompress, decompressHead } from "../formats/compression.ts";
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Dataset } from "./dataset.ts";
import type { Folder } from "./folder.ts";

const side = 32;
const channels = 3;
const plane = side * side;

/** What distinguishes the binary versions of CIFAR-10 and CIFAR-100: the label bytes before each image's three planes. */
export interface CifarForm {
  /** What errors call it. */
  readonly name: string;
  /** Label bytes in a record. */
  readonly labels: number;
  /** Which of them is the label. */
  readonly at: number;
  readonly classes: number;
}

/** Bytes of a record: labels, then red, green and blue planes of 32×32. */
export function recordBytes({ labels }: CifarForm): number {
  return labels + channels * plane;
}

/** Images to be filled. */
export function emptyCifar(count: number, { classes }: CifarForm): Dataset {
  const form = { height: side, width: side, channels, classes };
  return { ...form, images: new Uint8Array(count * plane * channels), labels: new Int32Array(count), count };
}

/** Records in a file of `bytes` bytes. @throws DataError if it is empty or ends inside a record. */
export function countRecords(bytes: number, form: CifarForm, name: string): number {
  const record = recordBytes(form);
  const whole = Math.floor(bytes / record);
  const rest = bytes % record;
  if (bytes > 0 && rest === 0) return whole;
  throw new DataError(
    `${form.name}: ${name} has ${bytes} bytes: ${whole} records of ${record} and ${rest} bytes over`,
    [rest === 0 ? "it is empty" : `it is truncated in record ${whole}, or is not a file of ${form.name}`],
  );
}

/** Decodes whole records into a dataset, from image `next` on. @param from - the file and its first record here, for errors. */
export function decodeRecords(
  records: Uint8Array,
  form: CifarForm,
  { images, labels }: Dataset,
  next: number,
  from: { readonly name: string; readonly record: number },
): void {
  const record = recordBytes(form);
  for (let i = 0; i < records.length / record; i++) {
    const start = i * record;
    const label = records[start + form.at]!;
    if (label >= form.classes) {
      throw new DataError(`${form.name}: record ${from.record + i} of ${from.name} has label ${label}`, [
        `expects 0 … ${form.classes - 1}: is this another dataset, or not a file of records?`,
      ]);
    }
    labels[next + i] = label;
    for (let channel = 0; channel < channels; channel++) {
      const source = start + form.labels + channel * plane;
      const target = (next + i) * plane * channels + channel;
      for (let pixel = 0; pixel < plane; pixel++) images[target + pixel * channels] = records[source + pixel]!;
    }
  }
}

/**
 * The records of images.
 *
 * @param labelsOf - the label bytes of an image, where there are more than its label.
 * @throws DataError if the images are not 32×32×3 or a label does not fit.
 */
export function encodeRecords(
  dataset: Dataset,
  form: CifarForm,
  labelsOf?: (index: number) => ArrayLike<number>,
): Uint8Array {
  const { count, height, width, images, labels } = dataset;
  if (height !== side || width !== side || dataset.channels !== channels) {
    throw new DataError(`${form.name}: images are ${height}×${width}×${dataset.channels}`, ["expects 32×32×3"]);
  }
  const record = recordBytes(form);
  const file = new Uint8Array(count * record);
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (label < 0 || label >= form.classes) {
      throw new DataError(`${form.name}: label ${label} of image ${i} does not fit`, [
        `expects 0 … ${form.classes - 1}`,
      ]);
    }
    if (labelsOf !== undefined) file.set(labelsOf(i), i * record);
    file[i * record + form.at] = label;
    for (let channel = 0; channel < channels; channel++) {
      const to = i * record + form.labels + channel * plane;
      const from = i * plane * channels + channel;
      for (let pixel = 0; pixel < plane; pixel++) file[to + pixel] = images[from + pixel * channels]!;
    }
  }
  return file;
}

const most = 2 ** 20; // images: 3 GiB
const piece = 1024; // records that are read at once: 3 MiB

/**
 * The first `limit` records of some files, plain or gzipped (`.gz`).
 *
 * @returns the images, and how many come from each file.
 */
export async function readRecords(
  folder: Folder,
  names: readonly string[],
  limit: number,
  form: CifarForm,
): Promise<{ dataset: Dataset; files: readonly { name: string; count: number }[] }> {
  const record = recordBytes(form);
  const files: { name: string; count: number; unpacked: Uint8Array | null }[] = [];
  let count = 0;
  for (const name of names) {
    if (count >= limit) break;
    const path = `${folder.path}/${name}`;
    const unpacked = name.endsWith(".gz")
      ? await unpack(folder, name, (limit - count) * record, (most - count) * record)
      : null;
    const taken = Math.min(countRecords(unpacked?.length ?? (await folder.size(name)), form, path), limit - count);
    count += taken;
    files.push({ name, count: taken, unpacked });
  }
  if (count > most) {
    throw new DataError(`${folder.path}: ${count} images in ${files.length} files; ${most} are read at most`);
  }
  const dataset = emptyCifar(count, form);
  let next = 0;
  for (const file of files) {
    for (let at = 0; at < file.count; at += piece) {
      const [from, to] = [at * record, Math.min(at + piece, file.count) * record];
      const bytes = file.unpacked?.subarray(from, to) ?? (await folder.read(file.name, { from, to }));
      decodeRecords(bytes, form, dataset, next + at, { name: `${folder.path}/${file.name}`, record: at });
    }
    next += file.count;
  }
  return { dataset, files: files.map((file) => ({ name: file.name, count: file.count })) };
}

/** The label bytes of all records of some files: those of image i from `i · form.labels` on. */
export async function readLabelBytes(folder: Folder, names: readonly string[], form: CifarForm): Promise<Uint8Array> {
  const record = recordBytes(form);
  const labels: number[] = [];
  for (const name of names) {
    const unpacked = name.endsWith(".gz") ? await unpack(folder, name, Number.POSITIVE_INFINITY, most * record) : null;
    const count = countRecords(unpacked?.length ?? (await folder.size(name)), form, `${folder.path}/${name}`);
    for (let at = 0; at < count; at += piece) {
      const [from, to] = [at * record, Math.min(at + piece, count) * record];
      const bytes = unpacked?.subarray(from, to) ?? (await folder.read(name, { from, to }));
      for (let start = 0; start < bytes.length; start += record)
        labels.push(...bytes.subarray(start, start + form.labels));
    }
  }
  return Uint8Array.from(labels);
}

/** A gzipped file of at most `most` bytes, or as much of its beginning as is wanted. */
async function unpack(folder: Folder, name: string, wanted: number, most: number): Promise<Uint8Array> {
  const bytes = await folder.read(name);
  const path = `${folder.path}/${name}`;
  return wanted < most ? decompressHead(bytes, "gzip", wanted, path) : decompress(bytes, "gzip", most, path);
}

const largestNames = 2 ** 20; // bytes

/** The lines of a file of class names. They go to tables and errors, so they are made printable here. */
export async function readClassNames(folder: Folder, file: string, classes: number): Promise<readonly string[]> {
  const path = `${folder.path}/${file}`;
  const size = await folder.size(file);
  if (size > largestNames) throw new DataError(`${path}: has ${size} bytes; such a file has ${largestNames} at most`);
  const lines = new TextDecoder().decode(await folder.read(file)).split(/\r?\n/);
  const names = lines.map((line) => printable(line.trim())).filter((line) => line !== "");
  if (names.length !== classes) throw new DataError(`${path}: ${names.length} names for ${classes} classes`);
  return names;
}
