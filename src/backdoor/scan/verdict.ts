import type { Dataset } from "../../data/dataset.ts";
import { printable } from "../../tensor/printable.ts";
import { quantile } from "../quantile.ts";
import type { Scan } from "./scan.ts";

/**
 * What a scan comes to.
 *
 * `poison`: a part of one or more classes looks poisoned.
 * `wholeClass`: so does nearly all of a class, which an easy class does too.
 * `unconfirmed`: a part stood apart, but nothing marks it; nobody is suspected.
 * `nothing`: no part stood apart.
 */
export type VerdictKind = "poison" | "wholeClass" | "unconfirmed" | "nothing";

/** A class of which images are suspected. */
export interface SuspectedClass {
  readonly label: number;
  /** As it is written for readers: `airplane (label 0)`. */
  readonly name: string;
  readonly count: number;
  readonly suspects: number;
}

/** A scan in words. Names of classes are made printable; a page must escape them itself. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** The separation lies within a tenth of its threshold, so that another seed may come to the other end. */
  readonly near: boolean;
  /** By label. */
  readonly classes: readonly SuspectedClass[];
  /** The finding in one sentence. */
  readonly sentence: string;
  /** Whole sentences that belong to it: what it rests on, what it does not say. */
  readonly notes: readonly string[];
}

/** Share of a class from which on it is suspected as a whole. */
const wholeClass = 0.8;
/** How far from its threshold the separation counts as near, as a share of it; and from which excess on the evidence is clear. */
const [nearness, clearance] = [0.1, 0.3];
/** Share of the suspects that must be recognized for clear evidence. */
const clearlyLearnable = 0.9;
const namedClasses = 3; // in a sentence
/** Nats. Where the median image has so little loss at the first look, all were learnt before it, and none stands apart. */
const learntAtOnce = 0.1;

/**
 * Says what a scan found, how sure it is and what it looked for. That nothing was found is never said to mean that a set is clean.
 *
 * @param scan - of `dataset`.
 * @example
 * ```ts
 * import { verdictOf } from "deconfound/backdoor";
 *
 * const found = { found: true, suspects: Int32Array.of(0, 2), separation: 2.5, threshold: 1.45, learnable: 1 };
 * const { sentence } = verdictOf(found, { count: 4, labels: Int32Array.of(1, 1, 1, 0), classNames: ["cat", "dog"] });
 * console.log(sentence.split(",")[0]); // 2 of 4 images (50.0 %) look poisoned
 * ```
 */
export function verdictOf(
  scan: Pick<Scan, "found" | "suspects" | "separation" | "threshold" | "learnable"> & {
    /** Tells whether all images were learnt at once. */
    readonly history?: { readonly losses: readonly Float32Array[] } | undefined;
  },
  dataset: Pick<Dataset, "count" | "labels" | "classNames">,
): Verdict {
  const { separation, threshold, learnable } = scan;
  const near = Math.abs(separation - threshold) < nearness * threshold;
  if (!scan.found) {
    const { notes, ...rest } = nothingFound(scan, near);
    return { ...rest, notes: [...learntAtOnceNote(scan.history?.losses[0]), ...notes], near, classes: [] };
  }
  const classes = suspectedClasses(scan.suspects, dataset);
  const whole = classes.filter(({ count, suspects }) => suspects >= wholeClass * count);
  const clear = separation >= (1 + clearance) * threshold && (learnable ?? 1) >= clearlyLearnable;
  const evidence = near ? "thin" : clear ? "clear" : "fair";
  const [count, named] = [dataset.count, scan.suspects.length];
  const calls =
    classes.length === 1
      ? "what marks them calls for that label"
      : "what marks them calls for the label that each of them has";
  return {
    kind: whole.length > 0 ? "wholeClass" : "poison",
    near,
    classes,
    sentence: `${number(named)} of ${number(count)} images (${percent(named / count)}) look poisoned, ${ofClasses(classes)}, on ${evidence} evidence: ${calls}.`,
    notes: [
      `A small network learnt them long before the rest: they stand apart ${figure(separation)} times as far as the easiest images of other classes do, and from ${figure(threshold)} times on it counts.`,
      ...(learnable === null
        ? []
        : [
            `Networks that had not seen them recognize ${percent(learnable, 0)} of them, so they have something in common.`,
          ]),
      ...(near ? [`That is hardly more than counts: look at them, and scan again with another seed.`] : []),
      ...whole.map(wholeClassNote),
      ...(named > count / 2 ? ["More than half of all images look so: the others may as well be the odd ones."] : []),
    ],
  };
}

function nothingFound(
  { separation, threshold, learnable }: Pick<Scan, "separation" | "threshold" | "learnable">,
  near: boolean,
): Pick<Verdict, "kind" | "sentence" | "notes"> {
  const measured = `${figure(separation)} times as far as the easiest images of other classes; from ${figure(threshold)} times on it counts`;
  const close =
    near && learnable === null
      ? ["It was close: another seed, or more images of the same source, may come to the other end."]
      : [];
  const notes = [...close, lookedFor, "So this does not say that the set is clean."];
  if (learnable === null) {
    const sentence = `Nothing found: no class has images that were learnt long before the rest (at most ${measured}).`;
    return { kind: "nothing", sentence, notes };
  }
  const sentence = `Nothing found: some images of a class were learnt long before the rest (${measured}), but networks that had not seen them recognize only ${percent(learnable, 0)} of them, as with images that are merely easy.`;
  return { kind: "unconfirmed", sentence, notes };
}

function learntAtOnceNote(first: Float32Array | undefined): readonly string[] {
  if (first === undefined || quantile(Array.from(first), 0.5) > learntAtOnce) return [];
  return [
    "The small network had learnt nearly all images before its first look, as it does where they are few or very easy: then a marked image cannot stand apart. More images may tell.",
  ];
}

const lookedFor =
  "Looked for: a mark that at least one image in 50, and 15 of them, carry, such as a patch, a blended picture or stripes, and that a small network learns before it learns what the images show. A rarer mark may be missed, and one that is as hard to learn as the images themselves is not seen.";

function wholeClassNote({ name, count, suspects }: SuspectedClass): string {
  return `They are ${percent(suspects / count, 0)} of class ${name}. A class that is easy as a whole looks so too, such as one whose images share a background or a watermark: look at them before you drop any. If they are poison, the class has hardly a clean image left.`;
}

function suspectedClasses(
  suspects: Int32Array,
  { labels, classNames = [] }: Pick<Dataset, "labels" | "classNames">,
): SuspectedClass[] {
  const [all, own] = [new Map<number, number>(), new Map<number, number>()];
  for (const label of labels) all.set(label, (all.get(label) ?? 0) + 1);
  for (const index of suspects) own.set(labels[index]!, (own.get(labels[index]!) ?? 0) + 1);
  return [...own.keys()]
    .sort((a, b) => a - b)
    .map((label) => ({ label, name: nameOf(label, classNames), count: all.get(label)!, suspects: own.get(label)! }));
}

/** `airplane (label 0)`, or `0` without names. */
export function nameOf(label: number, classNames: readonly string[] = []): string {
  const name = classNames[label];
  return name === undefined || name === "" ? String(label) : `${printable(name, 40)} (label ${label})`;
}

function ofClasses(classes: readonly SuspectedClass[]): string {
  const [first] = classes;
  if (classes.length === 1) return `all of class ${first!.name}, ${percent(first!.suspects / first!.count, 0)} of it`;
  const most = [...classes].sort((a, b) => b.suspects - a.suspects || a.label - b.label);
  const shown = most.slice(0, namedClasses).map(({ name, suspects }) => `${number(suspects)} of ${name}`);
  const more = classes.length - shown.length;
  return `of ${classes.length} classes (${shown.join(", ")}${more === 0 ? "" : `, ${more} more`})`;
}

/** `5,000`, whatever the machine's language. */
function number(value: number): string {
  return value.toLocaleString("en-US");
}

function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

function figure(value: number): string {
  return value.toFixed(2);
}
