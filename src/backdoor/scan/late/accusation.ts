/** Who is suspected, and what to do about it. */
export interface Accusation {
  /** Indices into the training set, ascending. */
  readonly suspects: Int32Array;
  /** One number per image, higher is more suspect. */
  readonly score: Float64Array;
  /** Per image the label to train with, −1 for none. */
  readonly relabel: Int32Array;
}
