import { parseModel } from "../../nn/models/index.ts";
import type { OptionsOf } from "../../options/option.ts";
import { defaultsOf } from "../../options/table.ts";
import type { Lab } from "../lab.ts";
import type { LossHistory } from "./loss-history.ts";
import { lossHistory } from "./loss-history.ts";
import { refine } from "./refine.ts";
import type { Alarm } from "./second-opinion.ts";
import { secondOpinion } from "./second-opinion.ts";
import type { ClassSplit } from "./suspects-of.ts";
import { leastRatio, suspectsOf } from "./suspects-of.ts";

/** What a scan of a training set says, without knowing any truth. */
export interface Scan {
  /** Whether there are suspects. False does not mean that the set is clean: it means that what was looked for was not there. */
  readonly found: boolean;
  /** Labels that suspects have, ascending. */
  readonly classes: readonly number[];
  /** Indices into the training set, ascending. */
  readonly suspects: Int32Array;
  /** Per image, higher is more suspect: how easily it was learnt. */
  readonly score: Float64Array;
  /** How much one class sets the most easily learnt images apart, 1 where none does; see `separation`. */
  readonly separation: number;
  /** What the separation must exceed. */
  readonly threshold: number;
  /** The class of that separation, and at which looks. */
  readonly most: ClassSplit;
  /** Share of the suspects that networks recognize which have not seen them, of the class where it is largest; null where no class stood apart. */
  readonly learnable: number | null;
  /** Where there are suspects, a network that tells them: of its two classes, 1 is "suspect". It tells a trigger in images to come, too. */
  readonly alarm: Alarm | null;
  /** The losses on the way, and f_B. */
  readonly history: LossHistory;
}

/** Options of {@link scan}. */
export const scanOptions = {
  steps: {
    kind: "integer",
    default: 624,
    from: 8,
    to: 1_000_000,
    unit: "steps",
    doc: "how long each f_B trains, in steps of 32 images, whatever the size of the set; each network that confirms suspects: half as long",
  },
} as const;

/** When losses are taken, as shares of the training. Sets that are easy as a whole show poison early, rare poison shows late. */
const looks: readonly number[] = [1 / 8, 1 / 4, 1 / 2, 3 / 4, 1];

/**
 * Networks that learn shortcuts and little else, each another kind: `shortcut` marks anywhere in an image, `template` patterns at a fixed
 * place. With the first of the three numbers of random streams that each has.
 */
const confounders = [
  { model: parseModel("shortcut"), stream: 2 },
  { model: parseModel("template"), stream: 5 },
] as const;

export type ScanOptions = OptionsOf<typeof scanOptions>;

/**
 * Looks for images that a shortcut explains: trains f_B, a small network that learns shortcuts first, for a number of steps that
 * does not depend on the size of the set, takes the losses of all images on the way, and asks whether one class sets the images that
 * were learnt first apart from the rest. Two kinds of f_B look, one after the other. Where a class stands apart, networks that have not
 * seen its suspects must recognize them; see {@link secondOpinion} and {@link refine}.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import type { Defence } from "deconfound/backdoor";
 * import { none, scan, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const looking: Defence = {
 *   ...none,
 *   async train(lab) {
 *     const { found, suspects } = await scan(lab, { steps: 8 });
 *     console.log(found, suspects.length); // false 0
 *     return none.train(lab, {});
 *   },
 * };
 * const dataset = builtinDataset({ count: 20, size: 12, classes: 2 });
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * await trainDefence(looking, { device: referenceDevice(), dataset, classifier, options });
 * ```
 */
export async function scan<P, S>(
  lab: Lab<P, S>,
  { steps: length }: ScanOptions = defaultsOf<ScanOptions>(scanOptions),
): Promise<Scan> {
  const steps = looks.map((share) => Math.round(share * length));
  const { labels, classes: count } = lab.train;
  const views = [];
  for (const { model, stream } of confounders) {
    const history = await lossHistory(lab, { name: model.name, title: model.name, stream, steps, model });
    views.push({ model, stream, history, split: suspectsOf(history.losses, labels, count) });
  }
  views.sort((a, b) => b.split.most.ratio - a.split.most.ratio);
  const [classes, named] = [new Set<number>(), new Set<number>()];
  let learnable: number | null = null;
  let confirmed: { readonly view: (typeof views)[number]; readonly alarm: Alarm } | undefined;
  for (const view of views) {
    const { model, stream, split } = view; // the clearest first: it says which images of a class are suspects, and sounds the alarm
    const asked = split.classes.filter(({ label }) => !classes.has(label));
    if (asked.length === 0) continue;
    const suspects = split.suspects.map((is, i) => (asked.some(({ label }) => label === labels[i]) ? is : 0));
    const opinion = await secondOpinion(lab, suspects, { model, steps: Math.ceil(length / 2), stream: stream + 1 });
    const refined = refine(opinion.probability, split.late, suspects, labels, asked);
    learnable = Math.max(learnable ?? 0, refined.learnable);
    if (refined.classes.length === 0) continue;
    confirmed ??= { view, alarm: opinion.alarm };
    for (const label of refined.classes) classes.add(label);
    refined.suspects.forEach((is, i) => is === 1 && named.add(i));
  }
  const { split, history } = confirmed?.view ?? views[0]!;
  return {
    found: named.size > 0,
    classes: [...classes].sort((a, b) => a - b),
    suspects: Int32Array.from(named).sort(),
    score: split.ease,
    separation: split.most.ratio,
    threshold: leastRatio,
    most: split.most,
    learnable,
    alarm: confirmed?.alarm ?? null,
    history,
  };
}
