/** Mean and spread of some values. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation of the sample (n − 1); null for one value. */
  readonly sd: number | null;
  readonly count: number;
}

/** @returns null for no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: count === 1 ? null : Math.sqrt(square / (count - 1)), count };
}
