/** t of 97.5 % for 1 … 30 degrees of freedom; beyond, the normal distribution's. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** A mean, and the interval that holds the expectation in 95 of 100 repetitions, for values near a normal distribution (Student's t). */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Standard error of the mean. */
  readonly error: number;
}

/** @param values - at least two, independent. */
export function intervalOf(values: readonly number[]): Interval {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) / n);
  const reach = (quantiles[n - 2] ?? 1.96) * error;
  return { mean, low: mean - reach, high: mean + reach, error };
}
