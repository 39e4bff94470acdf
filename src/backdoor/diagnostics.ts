import type { Dataset } from "../data/dataset.ts";
import { DataError } from "../tensor/errors.ts";
import { auroc } from "./metrics.ts";
import type { Predictions } from "./predict.ts";

/** A training sample as the two models see it. */
export interface Suspect {
  readonly index: number;
  /** The label that it has in the training set. */
  readonly label: number;
  /** w = CE_B/(CE_B + CE_C), in [0, 1]; near 0 for what f_B finds easy and f_C does not. */
  readonly weight: number;
  readonly lossBackdoored: number;
  readonly lossClean: number;
  /** 1 for the smallest weight. */
  readonly rank: number;
}

/** What the weights say of a training set without knowing any truth. */
export interface Diagnosis {
  /** Every sample, by rank. */
  readonly suspects: readonly Suspect[];
  /** Share of samples below the weight that splits log w in two. */
  readonly estimatedRate: number;
  /** That weight. */
  readonly threshold: number;
  /** Label of most samples below the threshold, weighted by how far below they are. */
  readonly suspectedTarget: number;
}

/** What the weights are worth, when the truth is known. */
export interface WeightQuality {
  /** Chance that a poisoned sample weighs less than a clean one. */
  readonly auroc: number;
  /** Share of poison among as many lowest weights as there is poison. */
  readonly precision: number;
}

/**
 * Ranks training samples by weight, from both models' losses on the set in evaluation mode without augmentation.
 *
 * @param backdoored - predictions of f_B for `dataset`; `clean` - of f_C.
 */
export function diagnose(dataset: Dataset, backdoored: Predictions, clean: Predictions): Diagnosis {
  const { count, labels } = dataset;
  const weights = Float64Array.from({ length: count }, (_, i) => {
    const lossB = backdoored.losses[i]!;
    return lossB / (lossB + clean.losses[i]! + 1e-8);
  });
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => weights[a]! - weights[b]! || a - b);
  const suspects = order.map((index, at) => ({
    index,
    label: labels[index]!,
    weight: weights[index]!,
    lossBackdoored: backdoored.losses[index]!,
    lossClean: clean.losses[index]!,
    rank: at + 1,
  }));
  const logs = suspects.map(({ weight }) => Math.log(Math.max(weight, 1e-8)));
  const below = splitInTwo(logs);
  const threshold = suspects[below]?.weight ?? Number.POSITIVE_INFINITY;
  const mass = new Float64Array(dataset.classes);
  const edge = logs[below] ?? 0;
  for (let at = 0; at < below; at++) mass[suspects[at]!.label]! += edge - logs[at]!;
  const suspectedTarget = mass.reduce((best, value, label) => (value > mass[best]! ? label : best), 0);
  return { suspects, estimatedRate: below / count, threshold, suspectedTarget };
}

/**
 * Otsu's split of ascending values: how many lie in the lower part when the variance between the parts is largest.
 *
 * Source: Otsu, A Threshold Selection Method from Gray-Level Histograms (1979), on values instead of a histogram.
 */
export function splitInTwo(ascending: readonly number[]): number {
  const n = ascending.length;
  const total = ascending.reduce((sum, value) => sum + value, 0);
  let below = 0;
  let best = 0;
  let widest = 0;
  for (let k = 1; k < n; k++) {
    below += ascending[k - 1]!;
    if (ascending[k] === ascending[k - 1]) continue; // a tie stays on one side
    const gap = below / k - (total - below) / (n - k);
    const between = (k / n) * (1 - k / n) * gap * gap;
    if (between > widest) [widest, best] = [between, k];
  }
  return best;
}

/** How well the ranks find what is known to be poisoned. @throws DataError if nothing or everything is. */
export function weightQuality(suspects: readonly Suspect[], poisoned: ArrayLike<number>): WeightQuality {
  const truth = new Set(Array.from(poisoned));
  if (truth.size === 0 || truth.size >= suspects.length) {
    throw new DataError(`weightQuality: ${truth.size} of ${suspects.length} samples are poisoned`, [
      "needs both kinds",
    ]);
  }
  const found = suspects.slice(0, truth.size).filter(({ index }) => truth.has(index)).length;
  return {
    auroc: auroc(
      suspects.map(({ weight }) => weight),
      (at) => truth.has(suspects[at]!.index),
    ),
    precision: found / truth.size,
  };
}

/** The ranking as CSV, with a header: index,label,weight,lossBackdoored,lossClean,rank. */
export function suspectsCsv(suspects: readonly Suspect[]): string {
  const rows = suspects.map(({ index, label, weight, lossBackdoored, lossClean, rank }) =>
    [index, label, weight, lossBackdoored, lossClean, rank].join(","),
  );
  return `${["index,label,weight,lossBackdoored,lossClean,rank", ...rows].join("\n")}\n`;
}
