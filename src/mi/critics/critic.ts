import type { AnyTensor } from "../../tensor/tensor.ts";

/** Sizes of the samples that a critic scores. */
export interface Features {
  readonly x: number;
  readonly y: number;
}

/** A learnt function f of pairs: a score, or log q(y | x). `P` is its weights, a tree of tensors. */
export interface Critic<P extends object = object> {
  /** As reports name it. */
  readonly name: string;
  /** @param key - `u32 (2)`. */
  init(key: AnyTensor, features: Features): P;
  /**
   * f of all pairs.
   *
   * @param x - `f32 (n, features.x)`. @param y - `f32 (m, features.y)`.
   * @returns `f32 (n, m)`: f(x_i, y_j) at row i, column j.
   */
  scores(params: P, x: AnyTensor, y: AnyTensor): AnyTensor;
  /** f(x_i, y_i), `f32 (n)`. */
  pairs(params: P, x: AnyTensor, y: AnyTensor): AnyTensor;
}
