import { quantile } from "../backdoor/quantile.ts";
import type { Group } from "./scan-groups.ts";

/** A group's losses at one look. */
export interface Band {
  readonly group: string;
  readonly colour: string;
  /** Steps of training before the look. */
  readonly step: number;
  /** Nats. */
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/** Median and quartiles of each group's losses at each look. */
export function bandsOf(steps: readonly number[], losses: readonly Float32Array[], groups: readonly Group[]): Band[] {
  return groups.flatMap(({ name, colour, indices }) =>
    steps.map((step, look) => {
      const values = indices.map((i) => losses[look]![i]!);
      const [lower, median, upper] = [0.25, 0.5, 0.75].map((share) => quantile(values, share)) as [
        number,
        number,
        number,
      ];
      return { group: name, colour, step, lower, median, upper };
    }),
  );
}

/** One bar of a histogram. */
export interface Bin {
  readonly group: string;
  readonly colour: string;
  readonly from: number;
  readonly to: number;
  /** Share of the group's images, percent. */
  readonly percent: number;
}

const bins = 40;

/** How the scores of each group are distributed, in bins that all groups share; empty ones are left out. */
export function binsOf(score: ArrayLike<number>, groups: readonly Group[]): Bin[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < score.length; i++) {
    low = Math.min(low, score[i]!);
    high = Math.max(high, score[i]!);
  }
  const width = high > low ? (high - low) / bins : 1;
  return groups.flatMap(({ name, colour, indices }) => {
    const counts = new Float64Array(bins);
    for (const i of indices) counts[Math.min(bins - 1, Math.floor((score[i]! - low) / width))]! += 1;
    const all = Array.from(counts, (count, bin) => ({
      group: name,
      colour,
      from: low + bin * width,
      to: low + (bin + 1) * width,
      percent: (100 * count) / indices.length,
    }));
    return all.filter(({ percent }) => percent > 0);
  });
}
