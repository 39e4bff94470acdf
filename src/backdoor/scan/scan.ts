import type { Dataset } from "../../data/dataset.ts";
import type { Lab } from "../lab.ts";
import { easeOf } from "./ease.ts";
import type { LossHistory } from "./loss-history.ts";
import { lossHistory } from "./loss-history.ts";
import { probabilityOfSuspect, refine } from "./refine.ts";
import { suspectsOf } from "./suspects-of.ts";

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
  /** The largest distance D between two parts of the images, and what it must exceed; see `separation`. */
  readonly separation: number;
  readonly threshold: number;
  /** Share of the suspects that a second network tells from the other images; null where the separation was too small to ask. */
  readonly learnable: number | null;
  /** The losses on the way, and f_B. */
  readonly history: LossHistory;
}

/** Steps of f_B and of the second network; losses are taken at its quarters. */
const steps: readonly number[] = [156, 312, 468, 624];
const leastSeparation = 5;

/**
 * Looks for images that a shortcut explains: trains f_B, a small network that learns shortcuts first, for 624 steps whatever the
 * size of the set, and asks whether a part of the images was learnt well before the rest.
 */
export async function scan<P, S>(lab: Lab<P, S>): Promise<Scan> {
  const { labels, classes: count } = lab.train as Dataset;
  const history = await lossHistory(lab, { name: "confounder", title: "confounder", stream: 2, steps });
  const score = easeOf(history.losses);
  const split = suspectsOf(score, labels, count);
  const result = { score, separation: split.distance, threshold: leastSeparation, history };
  const nothing = { found: false, classes: [], suspects: new Int32Array(0) };
  if (split.distance <= leastSeparation || !split.suspects.includes(1))
    return { ...result, ...nothing, learnable: null };
  const { losses } = await lossHistory(lab, {
    name: "suspicion",
    title: "suspicion",
    stream: 3,
    steps,
    labels: Int32Array.from(split.suspects),
    classes: 2,
  });
  const { learnable, suspects } = refine(
    probabilityOfSuspect(losses, split.suspects),
    split.suspects,
    labels,
    split.classes,
  );
  const found = suspects.includes(1);
  if (!found) return { ...result, ...nothing, learnable };
  const named = Int32Array.from(suspects.keys()).filter((i) => suspects[i] === 1);
  return { ...result, found, classes: split.classes, suspects: named, learnable };
}
