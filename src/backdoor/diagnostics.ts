import type { Dataset } from "../data/dataset.ts";
import { DataError } from "../tensor/errors.ts";
import { hasSecondGroup } from "./excess-mass.ts";
import { auroc } from "./metrics.ts";

/** A training sample and how suspect it is. */
export interface Suspect {
  readonly index: number;
  /** The label that it has in the training set. */
  readonly label: number;
  /** What the defence says of it; higher is more suspect. */
  readonly suspicion: number;
  /** 1 for the most suspect. */
  readonly rank: number;
}

/** How many samples of a class there are, and how many of them are suspects. */
export interface ClassSuspects {
  readonly count: number;
  readonly suspects: number;
}

/**
 * What a ranking comes to.
 *
 * `nothing`: the suspicions form no second group; the order means nothing.
 * `scattered`: they do, but no class holds half of it: wrong labels and rare classes look so.
 * `wholeClass`: it is three quarters of a class or more: an easy class looks so, and one that is poisoned for the most part.
 * `poison`: it is a part of one class, as an attack with one target makes it.
 */
export type Finding = "nothing" | "scattered" | "wholeClass" | "poison";

/** What a defence's suspicion says of a training set without knowing any truth. */
export interface Diagnosis {
  readonly finding: Finding;
  /** By class. */
  readonly classes: readonly ClassSuspects[];
  /** Every sample, by rank. */
  readonly suspects: readonly Suspect[];
  /** Share of samples above the suspicion that splits them in two. */
  readonly estimatedRate: number;
  /** The largest suspicion below the split; −∞ if all lie above. */
  readonly threshold: number;
  /** Label of most samples above the threshold, weighted by how far above they are. */
  readonly suspectedTarget: number;
}

/** How good a suspicion is, when the truth is known. */
export interface SuspicionQuality {
  /** Chance that a poisoned sample is more suspect than a clean one. */
  readonly auroc: number;
  /** Share of poison among as many most suspect samples as there is poison. */
  readonly precision: number;
}

/**
 * Ranks training samples by a defence's suspicion, splits them in two, and says whether the upper part means anything.
 *
 * @param suspicion - one number per sample, higher for what looks more like poison.
 * @throws DataError for a suspicion that is not finite.
 * @example
 * ```ts
 * import { diagnose } from "deconfound/backdoor";
 *
 * const set = { count: 3, labels: Int32Array.of(0, 1, 0), classes: 2 };
 * const { suspects, estimatedRate } = diagnose(set, [0.1, 0.2, 5]);
 * console.log(suspects[0]?.index, estimatedRate.toFixed(2)); // 2 0.33
 * ```
 */
export function diagnose(
  { count, labels, classes }: Pick<Dataset, "count" | "labels" | "classes">,
  suspicion: ArrayLike<number>,
): Diagnosis {
  const wrong = Array.from(suspicion).findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new DataError(`diagnose: the suspicion of sample ${wrong} is ${suspicion[wrong]}`);
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => suspicion[b]! - suspicion[a]! || a - b);
  const suspects = order.map((index, at) => ({
    index,
    label: labels[index]!,
    suspicion: suspicion[index]!,
    rank: at + 1,
  }));
  const above = countSuspects(suspects.map((suspect) => suspect.suspicion));
  const threshold = suspects[above]?.suspicion ?? Number.NEGATIVE_INFINITY;
  const mass = new Float64Array(classes);
  for (const { label, suspicion: own } of suspects.slice(0, above)) mass[label]! += own - threshold;
  const suspectedTarget = mass.reduce((best, value, label) => (value > mass[best]! ? label : best), 0);
  const [counts, suspected] = [new Int32Array(classes), new Int32Array(classes)];
  for (const label of labels) counts[label]!++;
  for (const { label } of suspects.slice(0, above)) suspected[label]!++;
  const perClass = Array.from(counts, (count, label) => ({ count, suspects: suspected[label]! }));
  const finding = hasSecondGroup(suspects.map((suspect) => suspect.suspicion).reverse())
    ? judge(perClass[suspectedTarget]!, above)
    : "nothing";
  return { finding, classes: perClass, suspects, estimatedRate: above / count, threshold, suspectedTarget };
}

/** What a second group of `all` suspects is, by the class that holds most of it. */
function judge({ count, suspects }: ClassSuspects, all: number): Finding {
  if (suspects < all / 2) return "scattered";
  return suspects >= 0.75 * count ? "wholeClass" : "poison";
}

/** How many of some samples, the most suspect first, lie in the upper of the two groups into which {@link splitInTwo} divides them. */
function countSuspects(descending: readonly number[]): number {
  return splitInTwo(descending.map((suspicion) => -suspicion));
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

/**
 * How well the ranks find what is known to be poisoned.
 *
 * @throws DataError if nothing or everything is.
 * @example
 * ```ts
 * import { diagnose, suspicionQuality } from "deconfound/backdoor";
 *
 * const set = { count: 4, labels: Int32Array.of(0, 1, 0, 1), classes: 2 };
 * const { auroc, precision } = suspicionQuality(diagnose(set, [0.1, 0.3, 5, 0.2]).suspects, [2]);
 * console.log(auroc, precision); // 1 1
 * ```
 */
export function suspicionQuality(suspects: readonly Suspect[], poisoned: ArrayLike<number>): SuspicionQuality {
  const truth = new Set(Array.from(poisoned));
  if (truth.size === 0 || truth.size >= suspects.length) {
    throw new DataError(`suspicionQuality: ${truth.size} of ${suspects.length} samples are poisoned`, [
      "needs both kinds",
    ]);
  }
  const found = suspects.slice(0, truth.size).filter(({ index }) => truth.has(index)).length;
  return {
    auroc: auroc(
      suspects.map(({ suspicion }) => suspicion),
      (at) => truth.has(suspects[at]!.index),
    ),
    precision: found / truth.size,
  };
}

/**
 * The ranking as CSV, with a header: index,label,suspicion, the evidence, rank, run.
 *
 * @param evidence - further columns, one number per sample of the dataset.
 * @param run - stands in every row, and names the run that the ranking is of; without it there is no such column.
 * @example
 * ```ts
 * import { diagnose, suspectsCsv } from "deconfound/backdoor";
 *
 * const set = { count: 2, labels: Int32Array.of(0, 1), classes: 2 };
 * const { suspects } = diagnose(set, [0.5, 4]);
 * console.log(suspectsCsv(suspects, { loss: [2, 0.1] }).split("\n")[1]); // 1,1,4,0.1,1
 * ```
 */
export function suspectsCsv(
  suspects: readonly Suspect[],
  evidence: Readonly<Record<string, ArrayLike<number>>> = {},
  run?: string | undefined,
): string {
  const columns = Object.entries(evidence);
  const header = [
    "index",
    "label",
    "suspicion",
    ...columns.map(([name]) => name),
    "rank",
    ...(run === undefined ? [] : ["run"]),
  ];
  const rows = suspects.map(({ index, label, suspicion, rank }) =>
    [
      index,
      label,
      suspicion,
      ...columns.map(([, values]) => values[index]!),
      rank,
      ...(run === undefined ? [] : [run]),
    ].join(","),
  );
  return `${[header.join(","), ...rows].join("\n")}\n`;
}
