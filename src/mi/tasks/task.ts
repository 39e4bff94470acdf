import type { Points } from "../estimator.ts";

/** Pairs of samples. */
export interface Pairs {
  readonly x: Points;
  readonly y: Points;
}

/** A distribution of pairs whose mutual information is known. */
export interface Task {
  /** As in bmi, where it is one of bmi's: results can be put beside bmi's. */
  readonly id: string;
  /** One line. */
  readonly summary: string;
  readonly features: { readonly x: number; readonly y: number };
  /** I(X;Y) in nats. */
  readonly truth: number;
  /** Standard error of the truth, where it is a Monte-Carlo mean. @defaultValue 0: a closed form */
  readonly truthError?: number | undefined;
  /** @param count - of pairs. @param seed - integer, 0 … 2⁵³ − 1; the same seed draws the same pairs. */
  sample(count: number, seed: number): Pairs;
}
