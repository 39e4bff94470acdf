import type { Dataset } from "../data/dataset.ts";
import { imageBytes } from "../data/dataset.ts";

/** A picture in memory. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  /** 1: grey, 3: red, green, blue. */
  readonly channels: number;
  /** `(height, width, channels)`, row-major, 0 … 255. */
  readonly pixels: Uint8Array;
}

/** One image of a dataset. */
export function pictureOf(dataset: Dataset, index: number): Picture {
  const { height, width, channels, images } = dataset;
  const bytes = imageBytes(dataset);
  return { height, width, channels, pixels: images.subarray(index * bytes, (index + 1) * bytes) };
}
