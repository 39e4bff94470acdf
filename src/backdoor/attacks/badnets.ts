import type { Dataset } from "../../data/dataset.ts";
import { imageBytes } from "../../data/dataset.ts";
import { ConfigError } from "../../tensor/errors.ts";
import { randomOrder } from "../random-order.ts";

/** Options of {@link badnets}. */
export interface BadnetsOptions {
  /** Share of all samples that is poisoned, 0 … 1. */
  readonly rate: number;
  /** Class that the trigger shall call for. */
  readonly target: number;
  /** Chooses the samples. @defaultValue 0 */
  readonly seed?: number;
  /** @defaultValue "grid" */
  readonly trigger?: Trigger;
}

/** A poisoned dataset, and what the attacker knows. */
export interface Poisoned {
  readonly dataset: Dataset;
  /** Poisoned samples, ascending. */
  readonly poisoned: Int32Array;
  /** The labels before the attack, all of them. */
  readonly originalLabels: Int32Array;
}

/** Name of a stamp. `grid`: 3×3 pixels in the bottom right corner. */
export type Trigger = "grid";

const side = 3;
const grid = [0, 0, 255, 0, 255, 0, 255, 0, 255] as const;

/**
 * Stamps the trigger on images, in every channel, 3×3 pixels at the bottom right: 0 0 255 / 0 255 0 / 255 0 255.
 *
 * @param indices - the images to stamp; all of them when left out.
 * @returns new images; labels stay.
 * @throws ConfigError for images under 3×3.
 * Source: Gu et al., BadNets (2017); the pattern is that of the CBD, ABL and NAD repositories (`gridTrigger`).
 */
export function applyTrigger(dataset: Dataset, indices?: ArrayLike<number>): Dataset {
  const { height, width, channels } = dataset;
  if (height < side || width < side) {
    throw new ConfigError(`badnets: the trigger needs 3×3 pixels, images are ${height}×${width}`);
  }
  const images = dataset.images.slice();
  const bytes = imageBytes(dataset);
  const count = indices?.length ?? dataset.count;
  for (let i = 0; i < count; i++) {
    const start = (indices?.[i] ?? i) * bytes;
    grid.forEach((value, at) => {
      const row = height - side + Math.floor(at / side);
      const column = width - side + (at % side);
      const pixel = start + (row * width + column) * channels;
      images.fill(value, pixel, pixel + channels);
    });
  }
  return { ...dataset, images };
}

/**
 * BadNets, all to one: stamps ⌊N·rate⌋ samples and calls them the target. The choice is a seeded permutation of *all*
 * samples, those of the target class included, as in the authors' code.
 *
 * @throws ConfigError for a rate outside 0 … 1 or a class that does not exist.
 */
export function badnets(dataset: Dataset, options: BadnetsOptions): Poisoned {
  const { rate, target, seed = 0 } = options;
  if (!(rate >= 0 && rate <= 1)) throw new ConfigError(`badnets: rate is ${rate}`, ["expects 0 … 1"]);
  checkTarget(dataset, target);
  const chosen = randomOrder([seed >>> 0, poisonStream], dataset.count).slice(0, Math.floor(dataset.count * rate));
  const poisoned = chosen.sort();
  const labels = dataset.labels.slice();
  for (const index of poisoned) labels[index] = target;
  return { dataset: { ...applyTrigger(dataset, poisoned), labels }, poisoned, originalLabels: dataset.labels.slice() };
}

/** Second key word: keeps the choice of poison apart from other uses of the seed. */
const poisonStream = 0x62616421;

/** @throws ConfigError for a class that the dataset does not have. */
export function checkTarget(dataset: Dataset, target: number): void {
  if (!Number.isInteger(target) || target < 0 || target >= dataset.classes) {
    throw new ConfigError(`target class ${target} does not exist`, [`expects 0 … ${dataset.classes - 1}`]);
  }
}
