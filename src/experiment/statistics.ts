import { spreadOf as meanAndDeviation } from "../backdoor/defences/pruning/spread.ts";

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
  const { mean, deviation } = meanAndDeviation(values);
  return { mean, sd: count === 1 ? null : deviation, count };
}
