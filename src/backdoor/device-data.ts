import { augmentBatch, plainBatch } from "../data/augment.ts";
import type { Dataset } from "../data/dataset.ts";
import { checkDataset } from "../data/dataset.ts";
import type { Device } from "../tensor/device.ts";
import { allocate } from "../tensor/dtype.ts";
import { arange } from "../tensor/ops/creation.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf, tensor } from "../tensor/tensor.ts";

/** A dataset that programs take batches of. */
export interface DeviceData {
  /**
   * `u8 (N, h, w, c)`. On the device; or a host tensor, where they are too large for it: then each batch is uploaded by itself,
   * while the device works on the one before.
   */
  readonly images: AnyTensor;
  /** `i32 (N)`. */
  readonly labels: AnyTensor;
  /** `f32 (N)`; left out where samples have no weights. */
  readonly weights?: AnyTensor | undefined;
}

/**
 * Puts a dataset on the device once, its images only if they fit.
 *
 * @param residentBytes - images of more bytes stay in memory, and those that one buffer of the device cannot hold. @defaultValue no other limit
 * @throws DataError if its fields disagree.
 */
export function putDataset(device: Device, dataset: Dataset, residentBytes?: number | undefined): DeviceData {
  checkDataset(dataset);
  const { images, labels, count, height, width, channels } = dataset;
  const onHost = hostLeaf({ shape: [count, height, width, channels], dtype: "u8" }, images);
  return {
    images: fitsDevice(device, images.length, residentBytes) ? device.put(onHost) : onHost,
    labels: device.put(hostLeaf({ shape: [count], dtype: "i32" }, labels)),
  };
}

/** Whether rows of so many bytes in all lie on the device. @param residentBytes - as in {@link putDataset}. */
export function fitsDevice(device: Device, bytes: number, residentBytes: number = Number.POSITIVE_INFINITY): boolean {
  return bytes <= Math.min(residentBytes, largestBinding(device));
}

/** Bytes; the CPU reference has no limit. */
function largestBinding(device: Device): number {
  const { maxBufferSize = Infinity, maxStorageBufferBindingSize = Infinity } = device.info().limits;
  return Math.min(maxBufferSize, maxStorageBufferBindingSize);
}

/** Whether each batch must be uploaded. */
export function isStreamed({ images }: Pick<DeviceData, "images">): boolean {
  return isOnHost(images);
}

/** Whether a tensor's rows must be uploaded when they are needed. */
export function isOnHost({ node: { source } }: AnyTensor): boolean {
  return source?.kind === "host";
}

/** What a program is given for a batch: all of the data, or where they are streamed only the batch's images, in its order. */
export function dataOfBatch(data: DeviceData, indices: Int32Array): DeviceData {
  return isStreamed(data) ? { ...data, images: rowsOf(data.images, indices) } : data;
}

/** Rows of a tensor in host memory, in their order; of one on the device the whole, where {@link placesOf} finds them. */
export function rowsOf(whole: AnyTensor, indices: Int32Array): AnyTensor {
  const { source } = whole.node;
  if (source?.kind !== "host") return whole;
  const shape = [indices.length, ...whole.shape.slice(1)];
  const size = shape.slice(1).reduce((a, b) => a * b);
  const gathered = allocate(whole.dtype, indices.length * size);
  for (const [row, index] of indices.entries()) {
    gathered.set(source.data.subarray(index * size, (index + 1) * size), row * size);
  }
  return hostLeaf({ shape, dtype: whole.dtype }, gathered);
}

/** Inside a program: where a batch's images lie in what {@link dataOfBatch} gave. @param indices - `i32 (n)`, into the whole set. */
export function placesOf(indices: AnyTensor, streamed: boolean): AnyTensor {
  return streamed ? arange(indices.shape[0]!, { dtype: "i32" }) : indices;
}

const noKey = tensor(Uint32Array.of(0, 0)); // of batches without random choices

/** Inside a program: a batch's images as they are, `f32 (n, h, w, c)` in [0, 1]. @param indices - `i32 (n)`, into the whole set. */
export function imagesOf({ images }: Pick<DeviceData, "images">, indices: AnyTensor, streamed: boolean): AnyTensor {
  return augmentBatch(images, placesOf(indices, streamed), noKey, plainBatch);
}
