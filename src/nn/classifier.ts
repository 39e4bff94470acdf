import type { AnyTensor } from "../tensor/tensor.ts";

export interface ApplyOptions {
  /** Batch statistics and dropout; else running statistics and neither randomness nor new statistics. */
  readonly train: boolean;
  /** A `u32[2]` key for layers that draw; a classifier without such layers ignores it. */
  readonly key?: AnyTensor | undefined;
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
   * @returns `logits (n, k)`, the representation `z (n, d)` that the last layer reads, and the statistics after this batch.
   */
  apply(params: P, stats: S, images: AnyTensor, options: ApplyOptions): { logits: AnyTensor; z: AnyTensor; stats: S };
}
