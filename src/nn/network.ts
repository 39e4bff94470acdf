import type { AnyTensor } from "../tensor/tensor.ts";

/** A classifier's parameters and statistics. */
export interface Network<P, S> {
  readonly params: P;
  readonly stats: S;
}

/** What a training step learns from. */
export interface Batch {
  /** `f32 (n, h, w, c)` in [0, 1]. */
  readonly images: AnyTensor;
  /** `i32 (n)`. */
  readonly labels: AnyTensor;
  /** `f32 (n)`, of the samples' losses; left out where a training gives none. */
  readonly weights?: AnyTensor | undefined;
  /** `i32 (n)`: which samples of the whole set they are, for a state that keeps something per sample; left out outside a set. */
  readonly indices?: AnyTensor | undefined;
}
