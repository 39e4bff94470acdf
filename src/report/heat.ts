import type { OcclusionMaps } from "../backdoor/scan/occlusion.ts";
import type { Dataset } from "../data/dataset.ts";
import { imageBytes } from "../data/dataset.ts";
import type { Picture } from "../formats/png.ts";

const hot = [255, 140, 0] as const; // orange: seen on grey by readers of any colour vision

/** The image in dark grey, and on it in orange where the map is high: fully at `peak`, not at all from 0 down. */
export function heatOver(
  { height, width, channels, pixels }: Picture,
  map: Float32Array,
  { columns, cell }: Pick<OcclusionMaps, "columns" | "cell">,
  peak: number,
): Picture {
  const out = new Uint8Array(height * width * 3);
  for (let at = 0; at < height * width; at++) {
    const [y, x] = [Math.floor(at / width), at % width];
    const value = map[Math.floor(y / cell) * columns + Math.floor(x / cell)]!;
    const heat = peak > 0 ? Math.min(1, Math.max(0, value / peak)) : 0;
    let grey = 0;
    for (let c = 0; c < channels; c++) grey += pixels[at * channels + c]! / channels;
    for (let c = 0; c < 3; c++) out[at * 3 + c] = Math.round((1 - heat) * 0.45 * grey + heat * hot[c]!);
  }
  return { height, width, channels: 3, pixels: out };
}

/** Mean of some images, `(height, width, channels)`, 0 … 255. */
function meanImage(dataset: Dataset, indices: ArrayLike<number>): Float64Array {
  const bytes = imageBytes(dataset);
  const mean = new Float64Array(bytes);
  for (let k = 0; k < indices.length; k++) {
    const from = indices[k]! * bytes;
    for (let i = 0; i < bytes; i++) mean[i]! += dataset.images[from + i]! / indices.length;
  }
  return mean;
}

/** The mean of some images as a picture. */
export function meanPicture(dataset: Dataset, indices: ArrayLike<number>): Picture {
  const { height, width, channels } = dataset;
  return { height, width, channels, pixels: Uint8Array.from(meanImage(dataset, indices), Math.round) };
}

/** How two groups of images differ in the mean: grey where they do not, brighter or darker where the first is. */
export interface Difference {
  readonly picture: Picture;
  /** The largest difference, of 255; it is drawn as full contrast. */
  readonly largest: number;
}

/** The mean of some images less the mean of others. */
export function differenceOfMeans(dataset: Dataset, ones: ArrayLike<number>, others: ArrayLike<number>): Difference {
  const { height, width, channels } = dataset;
  const [first, second] = [meanImage(dataset, ones), meanImage(dataset, others)];
  const difference = first.map((value, i) => value - second[i]!);
  const largest = difference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const pixels = Uint8Array.from(difference, (value) => Math.round(128 + (largest > 0 ? (127 * value) / largest : 0)));
  return { picture: { height, width, channels, pixels }, largest };
}
