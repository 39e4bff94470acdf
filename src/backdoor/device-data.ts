import type { Dataset } from "../data/dataset.ts";
import { checkDataset } from "../data/dataset.ts";
import type { Device } from "../tensor/device.ts";
import { arange } from "../tensor/ops/creation.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";

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
 * @param residentBytes - images of more bytes stay in memory. @defaultValue what one buffer of the device holds
 * @throws DataError if its fields disagree.
 */
export function putDataset(
  device: Device,
  dataset: Dataset,
  residentBytes: number = largestBinding(device),
): DeviceData {
  checkDataset(dataset);
  const { images, labels, count, height, width, channels } = dataset;
  const onHost = hostLeaf({ shape: [count, height, width, channels], dtype: "u8" }, images);
  return {
    images: images.length > residentBytes ? onHost : device.put(onHost),
    labels: device.put(hostLeaf({ shape: [count], dtype: "i32" }, labels)),
  };
}

/** Bytes; the CPU reference has no limit. */
function largestBinding(device: Device): number {
  const { maxBufferSize = Infinity, maxStorageBufferBindingSize = Infinity } = device.info().limits;
  return Math.min(maxBufferSize, maxStorageBufferBindingSize);
}

/** Whether each batch must be uploaded. */
export function isStreamed({ images }: Pick<DeviceData, "images">): boolean {
  return images.node.source?.kind === "host";
}

/** What a program is given for a batch: all of the data, or where they are streamed only the batch's images, in its order. */
export function dataOfBatch(data: DeviceData, indices: Int32Array): DeviceData {
  const { source } = data.images.node;
  if (source?.kind !== "host") return data;
  const shape = [indices.length, ...data.images.shape.slice(1)];
  const bytes = shape.slice(1).reduce((a, b) => a * b);
  const gathered = new Uint8Array(indices.length * bytes);
  for (const [row, index] of indices.entries()) {
    gathered.set(source.data.subarray(index * bytes, (index + 1) * bytes), row * bytes);
  }
  return { ...data, images: hostLeaf({ shape, dtype: "u8" }, gathered) };
}

/** Inside a program: where a batch's images lie in what {@link dataOfBatch} gave. @param indices - `i32 (n)`, into the whole set. */
export function placesOf(indices: AnyTensor, streamed: boolean): AnyTensor {
  return streamed ? arange(indices.shape[0]!, { dtype: "i32" }) : indices;
}
