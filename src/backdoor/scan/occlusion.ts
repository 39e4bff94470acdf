import type { Dataset } from "../../data/dataset.ts";
import { imageBytes } from "../../data/dataset.ts";
import type { Classifier } from "../../nn/classifier.ts";
import type { Network } from "../../nn/network.ts";
import type { Device } from "../../tensor/device.ts";
import { putDataset } from "../device-data.ts";
import { createPredictor } from "../predict.ts";

/** Where in some images a network looks. */
export interface OcclusionMaps {
  /** Cells of a map. A cell is a square of `cell` pixels; the last ones of a row or column may hang over the edge. */
  readonly rows: number;
  readonly columns: number;
  readonly cell: number;
  /**
   * Per image `(rows, columns)`, row-major: by how much its loss rises, in nats, when the square of three cells around the cell is
   * covered. High where something is without which the network does not know the label.
   */
  readonly maps: readonly Float32Array[];
}

const cellsAcross = 16; // of the longer side
const batchBytes = 2 ** 24;
const largestBatch = 100; // images

/**
 * What each part of an image does for its label: covers a square with the image's own mean colour, place by place, and measures
 * how much the loss rises. A mark in one place shows as a spot; one over the whole image, or several that each suffice, does not.
 *
 * Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks (2014), section 4.2, with loss for probability.
 *
 * @param network - on the device; its loss is against the set's labels.
 * @param indices - of the images.
 * @example
 * ```ts
 * import { random, referenceDevice } from "deconfound";
 * import { occlusionMaps } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const [device, dataset] = [referenceDevice(), builtinDataset({ count: 4, size: 12 })];
 * const classifier = smallConvNet({ channels: 3, classes: 10, width: 1 });
 * const network = await device.evaluate(classifier.init(random.key(0)));
 * const { rows, columns, maps } = await occlusionMaps(device, classifier, network, dataset, [3]);
 * console.log(rows, columns, maps[0]?.length); // 12 12 144
 * ```
 */
export async function occlusionMaps<P, S>(
  device: Device,
  classifier: Classifier<P, S>,
  network: Network<P, S>,
  dataset: Dataset,
  indices: ArrayLike<number>,
): Promise<OcclusionMaps> {
  const { height, width } = dataset;
  const cell = Math.ceil(Math.max(height, width) / cellsAcross);
  const [rows, columns] = [Math.ceil(height / cell), Math.ceil(width / cell)];
  const views = rows * columns + 1; // the last is the image as it is
  const bytes = imageBytes(dataset);
  const batch = Math.min(views, largestBatch, Math.max(1, Math.floor(batchBytes / bytes)));
  const predictor = createPredictor(device, classifier, { batch });
  const maps: Float32Array[] = [];
  for (const index of Array.from(indices)) {
    const image = dataset.images.subarray(index * bytes, (index + 1) * bytes);
    const fill = meanColour(image, dataset.channels);
    const losses = new Float32Array(Math.ceil(views / batch) * batch);
    for (let from = 0; from < views; from += batch) {
      const covered = new Uint8Array(batch * bytes);
      for (let i = 0; i < batch; i++) {
        covered.set(image, i * bytes);
        const view = from + i;
        if (view >= views - 1) continue;
        const [row, column] = [Math.floor(view / columns), view % columns];
        cover(covered.subarray(i * bytes, (i + 1) * bytes), dataset, fill, {
          top: (row - 1) * cell,
          left: (column - 1) * cell,
          side: 3 * cell,
        });
      }
      const labels = new Int32Array(batch).fill(dataset.labels[index]!);
      const data = putDataset(device, { ...dataset, images: covered, labels, count: batch });
      losses.set((await predictor(network, data)).losses, from);
      device.free(data);
    }
    const plain = losses[views - 1]!;
    maps.push(losses.slice(0, views - 1).map((loss) => loss - plain));
  }
  return { rows, columns, cell, maps };
}

interface Square {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

/** Paints a square, as far as it lies in the image. */
function cover(
  image: Uint8Array,
  { height, width, channels }: Dataset,
  fill: readonly number[],
  { top, left, side }: Square,
): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, left + side); x++) {
      for (let c = 0; c < channels; c++) image[(y * width + x) * channels + c] = fill[c]!;
    }
  }
}

function meanColour(image: Uint8Array, channels: number): number[] {
  const sums = new Array<number>(channels).fill(0);
  for (let i = 0; i < image.length; i++) sums[i % channels]! += image[i]!;
  return sums.map((sum) => Math.round((sum * channels) / image.length));
}
