import type { AugmentKind } from "../data/augment-kind.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Batch, Network } from "../nn/network.ts";
import type { Schedule } from "../nn/schedule.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Look, Observed } from "./observe.ts";
import type { Predictions } from "./predict.ts";
import type { ResolvedTraining } from "./training-options.ts";

/** Inputs of a step that change from call to call. */
export interface StepInputs {
  /** `u32 (2)`, another one for each step. */
  readonly key: AnyTensor;
  /** The phase's rates at this epoch. */
  readonly rates: Readonly<Record<string, Operand>>;
}

/** A training step as a pure function. It is compiled once; `T` is all that it learns, also per sample: the batch has `indices`. */
export type Step<T> = (
  state: T,
  batch: Batch,
  inputs: StepInputs,
) => { readonly state: T; readonly metrics: Readonly<Record<string, AnyTensor>> };

/** The images that a phase trains on, or that are looked at: the training set, or the clean images of a defence that needs some. */
export type LabImages = "train" | "clean";

/** Looks at a state in the middle of a phase. */
export interface Looks<T> {
  /** Numbers of steps of the phase, ascending, after which to look. */
  readonly steps: readonly number[];
  /** What is seen, such as the losses of all samples. It is saved with the run, so that a resumed run has it too. */
  see(state: T): Promise<AnyTensor>;
}

/** A stretch of training with one kind of state. */
export interface Phase<P, S, T> {
  /** Unique within a defence: finished phases are saved under it. */
  readonly name: string;
  /** What a line of progress calls the network; left out where a defence trains only one. */
  readonly title?: string | undefined;
  /** @defaultValue "train" */
  readonly images?: LabImages | undefined;
  /** Indices into its set; or a list of them for each pass, where passes go over different parts: the length is then in epochs. @defaultValue all of it */
  readonly samples?: Int32Array | readonly Int32Array[] | undefined;
  /** What to learn instead of the labels: one class per sample of the whole set. */
  readonly labels?: Int32Array | undefined;
  /** `batch.weights` of the steps: one number per sample of the whole set. @defaultValue the steps get none */
  readonly weights?: Float32Array | undefined;
  /** Images per step. @defaultValue that of the training */
  readonly batch?: number | undefined;
  readonly length: { readonly epochs: number } | { readonly steps: number };
  /** Epochs from one evaluation on the test set to the next; there is one after the last. @defaultValue 1 */
  readonly evaluateEvery?: number | undefined;
  readonly augment: AugmentKind;
  /** By name, as the steps ask for them. */
  readonly rates: Readonly<Record<string, Schedule>>;
  /**
   * Which random numbers it uses: initial values, order and augmentation. Phases with one number draw the same, so the
   * delivered model of every defence has 1, and others have other numbers.
   */
  readonly stream: number;
  /** The state before the first step, as a program. @param key - gives key number n, `u32 (2)`. */
  init(key: (n: number) => AnyTensor): T;
  /** The ways over the data that make an epoch. */
  readonly passes: readonly Step<T>[];
  /** The network in a state: what is evaluated after each epoch. Left out by phases that train something other than the lab's classifier. */
  network?(state: T): Network<P, S>;
  readonly at?: Looks<T> | undefined;
}

/** What a phase came to. */
export interface PhaseEnd<T> {
  readonly state: T;
  /** One tensor per look. */
  readonly seen: readonly AnyTensor[];
}

/** Where a defence, or an attack that must train something, works: it holds data, order, augmentation, progress, stop and saving. */
export interface Lab<P, S> {
  readonly classifier: Classifier<P, S>;
  readonly training: ResolvedTraining;
  /** The training set, poison and all. */
  readonly train: Dataset;
  /** Images whose labels can be trusted; null but for a defence that says it `needs` a `cleanSubset`. */
  readonly clean: Dataset | null;
  /** The network that a phase starts from: the given one, or a fresh one of the key. A program. */
  fresh(phase: string, key: AnyTensor): Network<P, S>;
  /**
   * Trains, or gives back what the phase of this name came to before the run was interrupted.
   *
   * @throws ConfigError if the name was used before.
   */
  phase<T>(phase: Phase<P, S, T>): Promise<PhaseEnd<T>>;
  /** What a network says of the training set, in evaluation mode without augmentation. */
  predict(network: Network<P, S>): Promise<Predictions>;
  /** The same of a network that is not of the lab's classifier. @param labels - what the losses are of, instead of the set's labels. */
  predictBy<Q, R>(classifier: Classifier<Q, R>, network: Network<Q, R>, labels?: Int32Array): Promise<Predictions>;
  /**
   * What any pure function says of images as they are: representations, activations, scores. It is compiled, and runs
   * over the images in batches.
   *
   * @param state - a tree of tensors, such as a network. @param look - from the state and a batch of n images, f32 tensors `(n, …)` by name.
   * @param samples - indices of the images. @defaultValue all of them
   * @param of - whose images. @defaultValue "train"
   * @returns by name, one row per image in the order of `samples`, row-major.
   */
  observe<T, K extends string>(state: T, look: Look<T, K>, samples?: Int32Array, of?: LabImages): Promise<Observed<K>>;
}
