import type { Network } from "../../../nn/network.ts";
import type { Lab } from "../../lab.ts";
import { trainUndefended } from "../../undefended.ts";
import type { Accusation } from "./accusation.ts";
import { byDrop } from "./by-drop.ts";
import { byTrigger } from "./by-trigger.ts";
import { confident } from "./confident.ts";
import { contentOf } from "./content.ts";
import { contradictions } from "./contradictions.ts";
import { contrastOf } from "./contrast-of.ts";
import { enoughImages } from "./enough-images.ts";
import type { Structure } from "./structure-of.ts";
import { structureOf } from "./structure-of.ts";

/** What the search for late-learned triggers says, without knowing any truth. */
export interface LateFinding {
  /**
   * `row`: one or more labels hold poison from all classes. `shift`: every label holds poison from another class, its partner.
   * `nothing` does not mean that the set is clean: it means that what was looked for was not there.
   */
  readonly kind: "nothing" | "row" | "shift";
  /** Labels that suspects have, ascending. */
  readonly classes: readonly number[];
  /** Indices into the training set, ascending. */
  readonly suspects: Int32Array;
  /** Per image, higher is more suspect: of what confirmed, or, with nothing found, how little the image looks like its label. */
  readonly score: Float64Array;
  /** Per image the label to train with, −1 for none; null with nothing found. */
  readonly relabel: Int32Array | null;
  /** J[a][b]: how many images labelled a surely look like b; see `contradictions`. */
  readonly contradictions: readonly Float64Array[];
  readonly numbers: LateNumbers;
}

/** A finding, and what it left behind. */
export interface LateScan<P, S> extends LateFinding {
  /** Finished on the way, where it was needed: with nothing found, this is the model to deliver. */
  readonly undefended: Network<P, S> | null;
}

/** What the verdict rests on. */
export interface LateNumbers extends Omit<Structure, "kind"> {
  /** The structure of the contradictions, which alone accuses nobody. */
  readonly structure: Structure["kind"];
  /** Share of the sure contradictions that the trigger net tells from other images; null where it was not asked. */
  readonly learnable: number | null;
  /** D of the trigger net's scores in its second round; null where there was none. */
  readonly separation: number | null;
  /** D of the label drop; null where it was not asked. */
  readonly dropSeparation: number | null;
  /** Share of the sure contradictions whose label breaks when the image is rounded; null where it was not asked. */
  readonly broken: number | null;
}

/** Numbers of the content networks' random streams. */
const streams = [20, 21] as const;

/**
 * Looks for triggers that are learnt late, after the content, and so leave no trace in a loss history: a warp of the whole image, or
 * a patch that moves every label to the next. For use where `scan` found nothing.
 *
 * A network that cannot see such triggers says what each image shows. Where that contradicts the labels in a way that mistakes do
 * not (`structureOf`), a second opinion is asked: whether the contradicted images have something in common that a small network sees,
 * and, for a row, whether their labels break when the images are rounded to 16 levels. Without it nobody is suspected.
 *
 * It trains two content networks for 1,248 steps each, whatever the size of the set; where there is a structure, two or four small ones
 * of as many steps; and for a row that these do not confirm, the undefended model.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import type { Defence } from "deconfound/backdoor";
 * import { lateScan, none, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const scanned: Defence = {
 *   ...none,
 *   async train(lab, options) {
 *     const { kind, score } = await lateScan(lab);
 *     console.log(kind, score.length); // nothing 20
 *     return none.train(lab, options);
 *   },
 * };
 * const dataset = builtinDataset({ count: 20, size: 12, classes: 2 }); // two classes have no structure: nothing is trained
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * await trainDefence(scanned, { device: referenceDevice(), dataset, classifier, options });
 * ```
 */
export async function lateScan<P extends object, S>(lab: Lab<P, S>): Promise<LateScan<P, S>> {
  const { labels, classes } = lab.train;
  const enough = enoughImages(labels, classes);
  const probabilities = enough ? await contentOf(lab, streams) : new Float64Array(labels.length * classes);
  const sure = enough ? confident(probabilities, classes) : new Int32Array(labels.length).fill(-1);
  const table = contradictions(labels, sure, classes);
  const structure = structureOf(table);
  const { kind, ...measured } = structure;
  const numbers = {
    ...measured,
    structure: kind,
    learnable: null,
    separation: null,
    dropSeparation: null,
    broken: null,
  };
  const nothing: LateScan<P, S> = {
    kind: "nothing",
    classes: [],
    suspects: new Int32Array(0),
    score: Float64Array.from(labels, (label, i) => 1 - probabilities[i * classes + label]!),
    relabel: null,
    contradictions: table,
    numbers,
    undefended: null,
  };
  if (kind === "nothing") return nothing;
  const contrast = contrastOf(structure, probabilities, labels);
  const seen = await byTrigger(lab, structure, contrast);
  const asked = { ...numbers, learnable: seen.learnable, separation: seen.separation };
  if (seen.found !== null) return { ...nothing, ...ofFound(seen.found, labels), kind, numbers: asked };
  if (kind === "shift") return { ...nothing, numbers: asked };
  const undefended = await trainUndefended(lab, "undefended");
  const dropped = await byDrop(lab, undefended, structure, contrast);
  const all = { ...asked, dropSeparation: dropped.separation, broken: dropped.broken };
  if (dropped.found === null) return { ...nothing, numbers: all, undefended };
  return { ...nothing, ...ofFound(dropped.found, labels), kind, numbers: all, undefended };
}

function ofFound(found: Accusation, labels: Int32Array): Accusation & { readonly classes: readonly number[] } {
  const classes = [...new Set(Array.from(found.suspects, (i) => labels[i]!))].sort((a, b) => a - b);
  return { ...found, classes };
}
