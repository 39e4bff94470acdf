import type { Dataset } from "../data/dataset.ts";
import type { HostTensor, Picture } from "../formats/index.ts";
import type { OptionTable } from "../options/option.ts";
import type { Device } from "../tensor/device.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/**
 * Which label a poisoned sample gets. `allToOne`: the target. `allToAll`: the class after its own, the last class the first.
 * `cleanLabel`: its own, because only samples of the target are poisoned.
 */
export type LabelMode = "allToOne" | "allToAll" | "cleanLabel";

/** What an attack trained before it could stamp, by name: plain arrays, to be saved with a run. */
export type Prepared = Readonly<Record<string, HostTensor>>;

/** Where an attack that must train something works: it holds progress, stop and saving. */
export interface PrepareContext {
  readonly device: Device;
  readonly seed: number;
  /** Samples that another attack has already, as for {@link Attack.choose}. */
  readonly taken?: ReadonlySet<number> | undefined;
  /** Images of more bytes stay in memory. @defaultValue what one buffer of the device holds */
  readonly residentBytes?: number | undefined;
  /**
   * Trains a stage, or gives back what the stage of this name came to before the training was interrupted. What it gives is freed
   * when {@link Attack.prepare} has ended.
   *
   * @throws AttackError if the loss of the last step is not finite.
   */
  train<T>(stage: AttackStage<T>): Promise<T>;
}

/** A stretch of an attack's training. */
export interface AttackStage<T> {
  /** What trains, for progress, errors and the saved state: unique within an attack. */
  readonly stage: string;
  readonly steps: number;
  /** The state before the first step: a program, or host tensors. */
  readonly state: T;
  /** Brings a state to where the steps need it, the first one or a saved one. @defaultValue all of it to the device */
  place?(state: T): Promise<T>;
  /**
   * Goes a step on, and consumes the state. The same state and number give the same result.
   *
   * @returns `loss`: f32 scalar; null after a step that has none.
   */
  advance(state: T, step: number): Promise<{ readonly state: T; readonly loss: AnyTensor | null }>;
}

/** What stamping may depend on besides images and options. */
export interface StampContext {
  /** `noise`: training images that get a false trigger and keep their label, for attacks that use such. */
  readonly part: "train" | "test" | "noise";
  /** The run's seed: of patterns that are drawn. */
  readonly seed: number;
  /** `(count)`: the place of each image in the whole set, for what is drawn per image. */
  readonly indices: ArrayLike<number>;
  /** Of {@link Attack.prepare}; empty for attacks without it. */
  readonly prepared: Prepared;
  /** Of the user's, by the option's text, for attacks that take one. */
  readonly pictures: ReadonlyMap<string, Picture>;
  /** For attacks that run a network to stamp. */
  readonly device: Device | undefined;
  /** As in {@link PrepareContext}. */
  readonly residentBytes?: number | undefined;
}

/** A way to poison a training set. */
export interface Attack<O extends object = object> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** The publication. */
  readonly source: string;
  readonly options: OptionTable<O>;
  /**
   * Trains what the trigger needs, such as a surrogate or a generator, on the clean training set. Left out where nothing is trained.
   *
   * @throws AttackError if the trigger did not come to what it must do.
   */
  prepare?(train: Dataset, options: O, context: PrepareContext): Promise<Prepared>;
  /** Whether poisoned samples get the target's label; false for clean-label attacks. */
  relabels(options: O): boolean;
  /**
   * Indices of the samples to poison, ascending; from one class for clean-label attacks.
   *
   * @param taken - samples that it must leave to another attack on the same set.
   */
  choose(train: Dataset, options: O, seed: number, taken: ReadonlySet<number>): Int32Array;
  /**
   * Indices of the samples that get a false trigger and keep their label, ascending; left out where an attack has none.
   *
   * @param poisoned - what `choose` gave; `taken` - samples that it must leave alone, `poisoned` among them.
   */
  chooseNoise?(train: Dataset, options: O, seed: number, poisoned: Int32Array, taken: ReadonlySet<number>): Int32Array;
  /** The images with the trigger, all of them; labels stay. */
  stamp(images: Dataset, options: O, context: StampContext): Dataset | Promise<Dataset>;
  /** The class that the trigger calls for on an image of class `label`. */
  targetOf(label: number, options: O, classes: number): number;
}
