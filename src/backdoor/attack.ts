import type { Dataset } from "../data/dataset.ts";
import type { OptionTable } from "../options/option.ts";

/** A way to poison a training set. */
export interface Attack<O extends object = object> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** The publication. */
  readonly source: string;
  readonly options: OptionTable<O>;
  /** Whether poisoned samples get the target's label; false for clean-label attacks. */
  readonly relabels: boolean;
  /** Indices of the samples to poison, ascending; from one class for clean-label attacks. */
  choose(train: Dataset, options: O, seed: number): Int32Array;
  /** The images with the trigger, all of them; labels stay. */
  stamp(images: Dataset, options: O, part: "train" | "test"): Dataset;
  /** The class that the trigger calls for on an image of class `label`. */
  targetOf(label: number, options: O): number;
}
