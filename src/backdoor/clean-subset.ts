import type { Dataset } from "../data/dataset.ts";
import { selectImages } from "../data/dataset.ts";
import { takeEvenly } from "../data/split.ts";
import { ConfigError } from "../tensor/errors.ts";
import { randomOrder } from "./random-order.ts";

/** Second key word: keeps this draw apart from other uses of the seed. */
const cleanStream = 0x636c6561;

/** Share of the training set that defences with clean images are given in the literature. */
export const usualCleanShare = 0.05;

/** What {@link cleanSubset} draws. */
export interface CleanSubsetOptions {
  /** Of the whole training set, 0 … 1. @defaultValue 0.05 */
  readonly share?: number | undefined;
  /** Indices of images that are not clean: those with a trigger, true or false. @defaultValue none */
  readonly without?: Iterable<number> | undefined;
  /** @defaultValue 0 */
  readonly seed?: number | undefined;
}

/**
 * Clean images out of a training set whose poison is known, for defences that need some: ⌊share·count⌋ images, evenly from all classes
 * as far as these hold clean ones.
 *
 * The images stay in the training set too, so every defence of a comparison trains on the same poisoned set, whether it is given clean
 * images or not. The defender learns no image that others do not have; he learns of which ones the labels can be trusted.
 *
 * @throws ConfigError for a share that is none, or more than there is that is clean.
 * @example
 * ```ts
 * import { badnets, cleanSubset, poison } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 *
 * const { dataset, poisoned } = await poison(badnets, builtinDataset({ count: 40, size: 12 }));
 * const clean = cleanSubset(dataset, { share: 0.25, without: poisoned });
 * console.log(clean.count, new Set(clean.labels).size); // 10 10
 * ```
 */
export function cleanSubset(train: Dataset, options: CleanSubsetOptions = {}): Dataset {
  const { share = usualCleanShare, without = [], seed = 0 } = options;
  if (!(share > 0 && share <= 1)) {
    throw new ConfigError(`cleanSubset: share is ${share}`, ["expects more than 0 and at most 1"]);
  }
  const dirty = new Set(without);
  const pool = randomOrder([seed >>> 0, cleanStream], train.count).filter((index) => !dirty.has(index));
  const count = Math.floor(share * train.count);
  if (count === 0 || count > pool.length) {
    const mend = count === 0 ? `at least ${1 / train.count}` : `at most ${pool.length / train.count}`;
    throw new ConfigError(
      `clean images: a share of ${share} of ${train.count} training images asks for ${count}, ${pool.length} are clean`,
      [`give a share of ${mend}`],
    );
  }
  const labels = pool.map((index) => train.labels[index]!);
  const chosen = takeEvenly(labels, count).map((at) => pool[at]!);
  return selectImages(train, chosen.sort());
}
