import type { Dataset } from "../data/dataset.ts";
import { DataError } from "../tensor/errors.ts";

/** A share of a set, with the set's size: a rate without its denominator says little. */
export interface Rate {
  /** 0 … 1; 0 for an empty set. */
  readonly rate: number;
  readonly count: number;
}

/** How a model does on a test set and on its triggered copy. */
export interface DefenceMetrics {
  /** Clean accuracy: all clean test images called by their label. */
  readonly ca: Rate;
  /** Clean accuracy per class, by label: the mean hides that a defence gives up a class. */
  readonly classAccuracy: readonly Rate[];
  /** Attack success rate: triggered images of other classes called the target. */
  readonly asr: Rate;
  /** Robust accuracy: the same triggered images called by their true label. */
  readonly ra: Rate;
  /** The same images without trigger called the target: what the ASR of a model without a backdoor would be. */
  readonly cleanTargetRate: Rate;
  /** Clean accuracy of the classes that the trigger calls for: an ASR of 0 means little where a model never names its target. */
  readonly targetAccuracy: Rate;
}

/** The share of 0 … n − 1 for which `hit` holds, among those for which `counted` does. */
export function rateOf(n: number, hit: (i: number) => boolean, counted: (i: number) => boolean = () => true): Rate {
  let count = 0;
  let hits = 0;
  for (let i = 0; i < n; i++) {
    if (!counted(i)) continue;
    count++;
    if (hit(i)) hits++;
  }
  return { rate: count === 0 ? 0 : hits / count, count };
}

/**
 * Share of labels that are predicted.
 *
 * @example
 * ```ts
 * import { accuracy } from "deconfound/backdoor";
 *
 * const { rate, count } = accuracy([0, 1, 1, 0], [0, 1, 0, 0]);
 * console.log(rate, count); // 0.75 4
 * ```
 */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): Rate {
  return rateOf(labels.length, (i) => predicted[i] === labels[i]);
}

/**
 * Accuracy of a model's predictions for clean test images, over all and per class.
 *
 * @example
 * ```ts
 * import { cleanMetrics } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 *
 * const test = builtinDataset({ count: 4, size: 12, classes: 2 }); // labels 0, 1, 0, 1
 * const { ca, classAccuracy } = cleanMetrics(test, [0, 1, 1, 1]);
 * console.log(ca.rate, String(classAccuracy.map(({ rate }) => rate))); // 0.75 0.5,1
 * ```
 */
export function cleanMetrics(
  { count, labels, classes }: Dataset,
  predicted: ArrayLike<number>,
): Pick<DefenceMetrics, "ca" | "classAccuracy"> {
  const right = (i: number): boolean => predicted[i] === labels[i];
  const classAccuracy = Array.from({ length: classes }, (_, label) => rateOf(count, right, (i) => labels[i] === label));
  return { ca: rateOf(count, right), classAccuracy };
}

/**
 * CA, ASR, RA and the clean target rate from predicted classes. Images that already have the class that the trigger calls for
 * count for CA only.
 *
 * @param targetOf - the class that the trigger calls for on an image of a class.
 * @param clean - predictions for the test images; `triggered` - for the same images with the trigger.
 * @example
 * ```ts
 * import { defenceMetrics } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 *
 * const test = builtinDataset({ count: 4, size: 12, classes: 2 }); // labels 0, 1, 0, 1
 * const { ca, asr, ra } = defenceMetrics(test, () => 0, [0, 1, 0, 1], [0, 0, 0, 1]);
 * console.log(ca.rate, asr.rate, ra.rate); // 1 0.5 0.5
 * ```
 */
export function defenceMetrics(
  test: Dataset,
  targetOf: (label: number) => number,
  clean: ArrayLike<number>,
  triggered: ArrayLike<number>,
): DefenceMetrics {
  const target = (i: number): number => targetOf(test.labels[i]!);
  const other = (i: number): boolean => test.labels[i] !== target(i);
  const targets = new Set(Array.from({ length: test.classes }, (_, label) => targetOf(label)));
  return {
    ...cleanMetrics(test, clean),
    asr: rateOf(test.count, (i) => triggered[i] === target(i), other),
    ra: rateOf(test.count, (i) => triggered[i] === test.labels[i], other),
    cleanTargetRate: rateOf(test.count, (i) => clean[i] === target(i), other),
    targetAccuracy: rateOf(
      test.count,
      (i) => clean[i] === test.labels[i],
      (i) => targets.has(test.labels[i]!),
    ),
  };
}

/**
 * Area under the ROC curve of a score that should be high for the positives: the chance that a positive scores above a
 * negative, ties counting half (Mann–Whitney U). NaN when one side is empty.
 *
 * @throws DataError for a score that is not a number.
 * @example
 * ```ts
 * import { auroc } from "deconfound/backdoor";
 *
 * console.log(auroc([0.1, 0.9, 0.4, 0.2], (i) => i === 1 || i === 3).toFixed(2)); // 0.75
 * ```
 */
export function auroc(scores: ArrayLike<number>, positive: (i: number) => boolean): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const wrong = order.find((i) => Number.isNaN(scores[i]));
  if (wrong !== undefined) throw new DataError(`auroc: score ${wrong} is NaN`);
  let below = 0; // positives passed so far
  let pairs = 0;
  let start = 0;
  while (start < order.length) {
    let end = start;
    let tiedPositives = 0;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) {
      if (positive(order[end]!)) tiedPositives++;
      end++;
    }
    pairs += (end - start - tiedPositives) * (below + tiedPositives / 2);
    below += tiedPositives;
    start = end;
  }
  return pairs / (below * (order.length - below));
}
