import type { OptionTable } from "../options/option.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** What the value of an estimator means. Data, so that tests and tables can read it. */
export interface EstimatorFacts {
  /** On which side of what it estimates its expectation lies, at any critic; `neither` where that is not known. */
  readonly bound: "lower" | "upper" | "neither";
  /** `nats`: mutual information. `score`: the unit of the critic's scores, which is not mutual information. */
  readonly unit: "nats" | "score";
  /** The scores f(x, y) at which it is best, up to its shifts; r is the density ratio p(x, y) / (p(x)·p(y)). */
  readonly optimum: "log r" | "1 + log r" | "steepest 1-Lipschitz";
  /** What can be added to the scores without a change of the value: a number, one number per row, or nothing. */
  readonly shift: "global" | "row" | "none";
}

/** What every estimator says of itself. */
interface Described<O extends object> {
  /** Its name on the command line and in reports. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** The publication of its formula. */
  readonly source: string;
  readonly facts: EstimatorFacts;
  readonly options: OptionTable<O>;
}

/** Scores to value: an estimate from what a critic says of all pairs of a batch. */
export interface Estimator<O extends object = object> extends Described<O> {
  /**
   * @param scores - `f32 (n, n)`, n ≥ 2: `scores[i, j] = f(x_i, y_j)`, so that pairs that belong together lie on the diagonal.
   * @returns `f32 ()`, differentiable in the scores.
   */
  value(scores: AnyTensor, options: O): AnyTensor;
}

/**
 * A measure of how much a vector z depends on a vector r, learnt while z changes: what a network makes small through z.
 *
 * `C` is what it learns: a tree of tensors, with the state of its own optimiser.
 */
export interface DependenceEstimator<O extends object = object, C extends object = object> extends Described<O> {
  /**
   * What it starts from, as a program of the key.
   *
   * @param key - `u32 (2)`.
   * @param features - sizes of r and of z.
   */
  init(key: AnyTensor, features: { readonly r: number; readonly z: number }, options: O): C;
  /**
   * One step of its own training, on embeddings that are constants to it.
   *
   * @param r - `f32 (n, features.r)`. @param z - `f32 (n, features.z)`.
   * @param inputs.key - `u32 (2)`. @param inputs.lr - learning rate.
   */
  update(
    state: C,
    r: AnyTensor,
    z: AnyTensor,
    inputs: { readonly key: AnyTensor; readonly lr: Operand },
    options: O,
  ): C;
  /**
   * The estimate, one part per sample: its mean is the value.
   *
   * @param key - `u32 (2)`.
   * @returns `f32 (n)`, differentiable in z.
   */
  estimate(state: C, r: AnyTensor, z: AnyTensor, key: AnyTensor, options: O): AnyTensor;
}
