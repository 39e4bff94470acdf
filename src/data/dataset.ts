import { DataError } from "../tensor/errors.ts";

/** Labelled images in memory. Nothing here reads a file. */
export interface Dataset {
  /** `(count, height, width, channels)`, row-major, 0 … 255. */
  readonly images: Uint8Array;
  /** `(count)`, 0 … classes − 1. */
  readonly labels: Int32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  /** One name per class. */
  readonly classNames?: readonly string[] | undefined;
  /** False where a mirrored image may be of another class, or of none: then training must not mirror. */
  readonly flip?: false | undefined;
}

/**
 * Bytes of one image.
 *
 * @example
 * ```ts
 * import { builtinDataset, imageBytes } from "deconfound/data";
 *
 * console.log(imageBytes(builtinDataset({ count: 4, size: 12 }))); // 432
 * ```
 */
export function imageBytes(dataset: Dataset): number {
  return dataset.height * dataset.width * dataset.channels;
}

/**
 * Checks what the fields of a {@link Dataset} promise each other; for arrays that a user made.
 *
 * @throws DataError naming the first field that disagrees.
 * @example
 * ```ts
 * import { builtinDataset, checkDataset } from "deconfound/data";
 *
 * try {
 *   checkDataset({ ...builtinDataset({ count: 4, size: 12 }), count: 5 });
 * } catch (error) {
 *   console.log((error as Error).message.split("\n")[0]); // dataset: images hold 1728 bytes, not 2160
 * }
 * ```
 */
export function checkDataset(dataset: Dataset): void {
  const { images, labels, count, classes } = dataset;
  for (const field of ["count", "height", "width", "channels", "classes"] as const) {
    if (!Number.isInteger(dataset[field]) || dataset[field] < 1) {
      throw new DataError(`dataset: ${field} is ${dataset[field]}`, ["expects an integer from 1"]);
    }
  }
  if (!(images instanceof Uint8Array))
    throw new DataError(`dataset: images are ${kindOf(images)}`, ["expects a Uint8Array, 0 … 255"]);
  if (!(labels instanceof Int32Array))
    throw new DataError(`dataset: labels are ${kindOf(labels)}`, ["expects an Int32Array"]);
  const bytes = count * imageBytes(dataset);
  if (images.length !== bytes) {
    throw new DataError(`dataset: images hold ${images.length} bytes, not ${bytes}`, [
      `expects ${count}×${dataset.height}×${dataset.width}×${dataset.channels}`,
    ]);
  }
  if (labels.length !== count) {
    throw new DataError(`dataset: ${labels.length} labels for ${count} images`);
  }
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong !== -1) {
    throw new DataError(`dataset: label ${labels[wrong]} of image ${wrong} is out of range`, [
      `expects 0 … ${classes - 1}`,
    ]);
  }
}

function kindOf(value: unknown): string {
  return ArrayBuffer.isView(value) ? value.constructor.name : Array.isArray(value) ? "an array" : typeof value;
}

/**
 * The images at `indices`, in that order, copied.
 *
 * @throws DataError for an index that does not exist.
 * @example
 * ```ts
 * import { builtinDataset, selectImages } from "deconfound/data";
 *
 * const dataset = builtinDataset({ count: 10, size: 12 });
 * console.log(String(selectImages(dataset, [7, 0]).labels)); // 7,0
 * ```
 */
export function selectImages(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const bytes = imageBytes(dataset);
  const images = new Uint8Array(indices.length * bytes);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]!;
    if (!Number.isInteger(from) || from < 0 || from >= dataset.count) {
      throw new DataError(`selectImages: no image ${from}`, [`the dataset has 0 … ${dataset.count - 1}`]);
    }
    images.set(dataset.images.subarray(from * bytes, (from + 1) * bytes), i * bytes);
    labels[i] = dataset.labels[from]!;
  }
  return { ...dataset, images, labels, count: indices.length };
}
