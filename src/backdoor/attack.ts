import type { Dataset } from "../data/dataset.ts";
import type { OptionTable } from "../options/option.ts";

/**
 * Which label a poisoned sample gets. `allToOne`: the target. `allToAll`: the class after its own, the last class the first.
 * `cleanLabel`: its own, because only samples of the target are poisoned.
 */
export type LabelMode = "allToOne" | "allToAll" | "cleanLabel";

/** What stamping may depend on besides images and options. */
export interface StampContext {
  /** `noise`: training images that get a false trigger and keep their label, for attacks that use such. */
  readonly part: "train" | "test" | "noise";
  /** The run's seed: of patterns that are drawn. */
  readonly seed: number;
  /** `(count)`: the place of each image in the whole set, for what is drawn per image. */
  readonly indices: ArrayLike<number>;
}

/** A way to poison a training set. */
export interface Attack<O extends object = object> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** The publication. */
  readonly source: string;
  readonly options: OptionTable<O>;
  /** Whether poisoned samples get the target's label; false for clean-label attacks. */
  relabels(options: O): boolean;
  /** Indices of the samples to poison, ascending; from one class for clean-label attacks. */
  choose(train: Dataset, options: O, seed: number): Int32Array;
  /** Indices of the samples that get a false trigger and keep their label, ascending; left out where an attack has none. */
  chooseNoise?(train: Dataset, options: O, seed: number, poisoned: Int32Array): Int32Array;
  /** The images with the trigger, all of them; labels stay. */
  stamp(images: Dataset, options: O, context: StampContext): Dataset | Promise<Dataset>;
  /** The class that the trigger calls for on an image of class `label`. */
  targetOf(label: number, options: O, classes: number): number;
}
