import type { AnyTensor } from "../tensor/tensor.ts";
import type { BatchNormParams, BatchNormStats } from "./batch-norm-layer.ts";
import type { ConvLayerParams } from "./conv-layer.ts";
import type { DenseParams } from "./dense.ts";

export interface ApplyOptions {
  /** Batch statistics and dropout; else running statistics and neither randomness nor new statistics. */
  readonly train: boolean;
  /** A `u32[2]` key for layers that draw; a classifier without such layers ignores it. */
  readonly key?: AnyTensor | undefined;
}

/**
 * One batch normalization of a forward pass, for methods that look into a network or prune it. Its `params`, `stats` and `conv` are
 * branches of the trees that {@link Classifier.apply} was given, so each tensor of them is found there by identity.
 */
export interface BatchNormUse {
  readonly params: BatchNormParams;
  readonly stats: BatchNormStats;
  /** What is normalized, f32 `(n, h, w, c)`. A program: nothing is computed unless it is asked for. */
  readonly input: AnyTensor;
  /**
   * The convolution whose output the input is. Left out where the input is anything else, such as the sum of a residual block: such a
   * batch norm has no kernel of its own.
   */
  readonly conv?: ConvLayerParams | undefined;
}

/**
 * An image classifier as pure functions, so that training steps work on any network.
 *
 * `P` is the tree of trained parameters, `S` the tree of what training gathers without gradients (running statistics).
 */
export interface Classifier<P, S> {
  /** Fresh parameters and statistics, a program of the `u32[2]` key. */
  init(key: AnyTensor): { params: P; stats: S };
  /**
   * @param images - `(n, h, w, c)`, f32 in [0, 1].
   * @returns `logits (n, k)`, the representation `z (n, d)` that the last layer reads, and the statistics after this batch. Then what
   * methods need that look into a network; a classifier that has none, or does not say it, leaves it out:
   * - `batchNorms` from the image on;
   * - `stages`: what its groups of layers give, from the image on, f32 `(n, h, w, c)` each;
   * - `head`, where the logits are z · weight + bias: a branch of `params`, so that its tensors are found there by identity.
   */
  apply(
    params: P,
    stats: S,
    images: AnyTensor,
    options: ApplyOptions,
  ): {
    logits: AnyTensor;
    z: AnyTensor;
    stats: S;
    batchNorms?: readonly BatchNormUse[] | undefined;
    stages?: readonly AnyTensor[] | undefined;
    head?: DenseParams | undefined;
  };
}
