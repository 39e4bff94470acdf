import { easeOf } from "./ease.ts";
import { levelLosses } from "./level-losses.ts";
import type { Separation } from "./separation.ts";
import { separation } from "./separation.ts";
import { upperPart } from "./split.ts";

/** A class that stands apart. */
export interface ClassSplit extends Separation {
  /** The looks whose losses show it best: from the first up to the second, both included. */
  readonly looks: readonly [number, number];
}

/** What {@link suspectsOf} found. */
export interface Split {
  /** The class of the largest ratio, whether it is large enough or not. */
  readonly most: ClassSplit;
  /** The classes whose ratio is, the largest first. */
  readonly classes: readonly ClassSplit[];
  /** 1 for a suspect, else 0. */
  readonly suspects: Uint8Array;
  /** Per image, over the looks of the class that stands apart most. */
  readonly ease: Float64Array;
  /** Ease per image over the last two looks, of the losses as they are: a faint trigger that was not learnt early is learnt by then. */
  readonly late: Float64Array;
}

/**
 * The ratio from which on a class is said to stand apart. Without poison it was above this in 16 of 141 scans, at most 1.79, and no
 * second network confirmed one; with BadNets on 1 % of 5,000 images of CIFAR-10 1.34 and 1.35, on 2 % 1.85 and 2.03. docs/auto.md has
 * the tables.
 */
export const leastRatio = 1.45;

/** Fewer easy images of a class are not poison that is looked for; `separation` looks at as many at least. */
const leastSuspects = 15;

/**
 * The split of a class names at most so many times as many images as it has in the upper part that set it apart: the D of a class
 * alone may be largest between its hardest images and all the others.
 */
const beyond = 1.5;

/**
 * Who stands apart, from the losses on the way of a training: finds the class and the looks of the largest {@link separation}, splits
 * that class in two by how easily its images were learnt, and does the same again without the class, until none stands apart.
 * Fewer than 15 easy images of a class are not named.
 *
 * When poison is learnt differs from set to set, so every run of looks is tried, and the largest ratio counts. A class is split at the
 * looks where it falls apart most, of those that name it: a faint trigger sets a class apart early, by the images where it is plainest,
 * and the others are learnt later. Losses count as if all classes were equally common; see {@link levelLosses}.
 *
 * @param losses - per look, of all images, in nats; see `lossHistory`.
 * @param labels - 0 … classes − 1.
 * @example
 * ```ts
 * import { suspectsOf } from "deconfound/backdoor";
 *
 * const losses = [Float32Array.from({ length: 240 }, (_, i) => (i < 24 ? (i % 7) / 1e3 : 2 + (i % 7) / 10))];
 * const labels = Int32Array.from({ length: 240 }, (_, i) => (i < 24 ? 1 : i % 3));
 * const { classes, suspects } = suspectsOf(losses, labels, 3);
 * console.log(classes[0]?.label, suspects.indexOf(0)); // 1 24
 * ```
 */
export function suspectsOf(losses: readonly Float32Array[], labels: Int32Array, classes: number): Split {
  const suspects = new Uint8Array(labels.length);
  const found: ClassSplit[] = [];
  const level = losses.map((look) => levelLosses(look, labels, classes));
  const runs = runsOf(level.length).map((looks) => ({ looks, ease: easeOf(level.slice(looks[0], looks[1] + 1)) }));
  const late = easeOf(losses.slice(-2));
  let members = labels.map((_, i) => i);
  let first: Run | undefined;
  for (;;) {
    const own = members.map((i) => labels[i]!);
    const tried = runs.map(({ looks, ease }) => {
      const values = Float64Array.from(members, (i) => ease[i]!);
      return { ease, most: { ...separation(values, own, classes), looks } };
    });
    const run = tried.reduce((best, one) => (one.most.ratio > best.most.ratio ? one : best));
    const { most } = run;
    first ??= run;
    if (most.ratio <= leastRatio) return { ...first, late, classes: found, suspects };
    const easy = easyPart(
      tried.filter((one) => one.most.label === most.label && one.most.ratio > leastRatio),
      members.filter((i) => labels[i] === most.label),
    );
    if (easy.length >= leastSuspects) {
      found.push(most);
      for (const i of easy) suspects[i] = 1;
    }
    members = members.filter((i) => labels[i] !== most.label);
  }
}

/** The separation at a run of looks, and the ease of all images there. */
interface Run {
  readonly most: ClassSplit;
  readonly ease: Float64Array;
}

/** The easy part of a class, at those of the looks that name it where it falls apart most clearly. */
function easyPart(runs: readonly Run[], members: Int32Array): Int32Array {
  const parts = runs.map(({ ease, most }) => upperPart(ease, members, Math.ceil(beyond * most.easy)));
  return parts.reduce((best, one) => (one.distance > best.distance ? one : best)).upper;
}

/** All runs of neighbouring looks. */
function runsOf(count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, (_, from) =>
    Array.from({ length: count - from }, (_, more) => [from, from + more] as const),
  ).flat();
}
