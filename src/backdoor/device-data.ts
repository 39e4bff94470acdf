import type { Dataset } from "../data/dataset.ts";
import { checkDataset } from "../data/dataset.ts";
import type { Device } from "../tensor/device.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf } from "../tensor/tensor.ts";

/** A dataset whose images stay on the device. */
export interface DeviceData {
  /** `u8 (N, h, w, c)`. */
  readonly images: AnyTensor;
  /** `i32 (N)`. */
  readonly labels: AnyTensor;
  /** `f32 (N)`; left out where samples have no weights. */
  readonly weights?: AnyTensor | undefined;
}

/** Uploads a dataset once. @throws DataError if its fields disagree. */
export function putDataset(device: Device, dataset: Dataset): DeviceData {
  checkDataset(dataset);
  const { images, labels, count, height, width, channels } = dataset;
  return device.put({
    images: hostLeaf({ shape: [count, height, width, channels], dtype: "u8" }, images),
    labels: hostLeaf({ shape: [count], dtype: "i32" }, labels),
  });
}
