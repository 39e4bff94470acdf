import type { OptionTable } from "../options/option.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** What the value of an estimator means. Data, so that tests, tables and advice can read it. */
export interface EstimatorFacts {
  /** On which side of what it estimates its expectation lies, at any critic; `neither` where that is not known. */
  readonly bound: "lower" | "upper" | "neither";
  /**
   * `nats`: mutual information. `divergence`: another divergence between the joint distribution and the product of the marginals.
   * `score`: the unit of the critic's scores, or none. Only `nats` can be compared with a known mutual information.
   */
  readonly unit: "nats" | "divergence" | "score";
  /** The scores f(x, y) at which it is best, up to its shifts; r is the density ratio p(x, y) / (p(x)·p(y)). */
  readonly optimum: "log r" | "1 + log r" | "log p(y | x)" | "steepest 1-Lipschitz" | "no critic";
  /** What can be added to the scores without a change of the value: a number, one number per row, or nothing. */
  readonly shift: "global" | "row" | "none";
  /** Whose gradient its gradient is: that of the value, that of another objective, or none, as it counts. @defaultValue value */
  readonly gradient?: "value" | "surrogate" | "none" | undefined;
  /** What it reads of a critic: the scores of all pairs `(n, n)`, or only those of the true ones `(n)`. @defaultValue scores */
  readonly reads?: "scores" | "pairs" | undefined;
  /** A second thing to be learnt, of which it reads one number per sample. @defaultValue nothing */
  readonly companion?: CompanionName | undefined;
}

/**
 * What some estimators learn beside the critic, one number per sample `(n)`: a log-baseline a(x_i); a dual variable u(x_i, y_i); the
 * log-density log q(y_i) of a model of y alone.
 */
export type CompanionName = "baseline" | "dual" | "marginal";

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

/** Options of an estimator, with the tensors that it reads beside the scores. */
export type Given<O extends object, C extends CompanionName> = O & Readonly<Record<C, AnyTensor>>;

/** The last argument of a function: may be left out where it has no fields. */
export type Trailing<G extends object> = object extends G ? [given?: G] : [given: G];

/** How a critic is trained where it does not climb the value. `S` is carried from step to step: a tree of tensors. */
export interface Fitting<G extends object = object, S extends object = object> {
  /** The state before the first step. */
  init(): S;
  /** What the critic climbs, `f32 ()`, and the state after the step. */
  objective(scores: AnyTensor, given: G, state: S): { readonly objective: AnyTensor; readonly state: S };
}

/**
 * Scores to value: an estimate from what a critic says of the pairs of a batch. `C`: what it needs beside the scores; `S`: what its
 * fitting carries from step to step.
 */
export interface Estimator<O extends object = object, C extends CompanionName = never, S extends object = object>
  extends Described<O> {
  /**
   * @param scores - `f32 (n, n)`, n ≥ 2: `scores[i, j] = f(x_i, y_j)`, so that pairs that belong together lie on the diagonal. Where
   *   `facts.reads` is `pairs`: `f32 (n)`, the diagonal alone.
   * @param given - its options, and its companion, `f32 (n)`.
   * @returns `f32 ()`, differentiable in the scores and the companion.
   */
  value(scores: AnyTensor, ...given: Trailing<Given<O, C>>): AnyTensor;
  /** The largest value that n pairs can give, whatever the critic. Left out: there is none. */
  cap?(n: number, options: O): number;
  /** Left out: the critic climbs the value. */
  readonly fitting?: Fitting<Given<O, C>, S> | undefined;
}

/** Samples to value, as a program: no critic. */
export interface SampleEstimator<O extends object = object> extends Described<O> {
  /**
   * @param x - `f32 (n, d)`. @param y - `f32 (n, d′)`, its rows belong to those of x.
   * @returns `f32 ()`, differentiable in both.
   */
  value(x: AnyTensor, y: AnyTensor, ...options: Trailing<O>): AnyTensor;
}

/** Points in float64 on the host: `values[i·features + k]` is feature k of sample i. */
export interface Points {
  readonly values: Float64Array;
  readonly count: number;
  readonly features: number;
}

/** Samples to value in float64 on the CPU, without gradient: what the others are measured against. */
export interface ReferenceEstimator<O extends object = object> extends Described<O> {
  /** @param x - and y: equally many points. */
  value(x: Points, y: Points, ...options: Trailing<O>): number;
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
