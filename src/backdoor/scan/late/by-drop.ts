import type { Network } from "../../../nn/network.ts";
import type { Lab } from "../../lab.ts";
import { splitByDistance, upperPart } from "../split.ts";
import type { Accusation } from "./accusation.ts";
import { labelDrop } from "./label-drop.ts";
import { indicesOf } from "./marks.ts";
import type { Structure } from "./structure-of.ts";
import type { Contrast } from "./trigger-score.ts";
import { leastHit } from "./trigger-suspects.ts";

/** D that the label drop must have; see `distanceAt`. */
const leastDrop = 5;
/** Smallest part of all images that may break. */
const leastUpper = { share: 1 / 200, count: 10 };

/**
 * The second opinion of an undefended network: do labels of the row break when the images are rounded? The drop alone accuses nobody: D
 * was above its threshold in a set without poison too. It counts in a row, and if it takes in enough of what the content contradicts.
 *
 * An image gets a new label where the content and the rounded image agree on one; other suspects get none.
 */
export async function byDrop<P extends object, S>(
  lab: Lab<P, S>,
  undefended: Network<P, S>,
  { rows }: Structure,
  { positive, looks }: Contrast,
): Promise<{ readonly separation: number; readonly broken: number | null; readonly found: Accusation | null }> {
  const { labels } = lab.train;
  const { drop, classes: rounded } = await labelDrop(lab, undefended);
  const { distance } = splitByDistance(drop, Math.max(leastUpper.count, Math.floor(leastUpper.share * labels.length)));
  if (distance <= leastDrop) return { separation: distance, broken: null, found: null };
  const suspects = new Uint8Array(labels.length);
  for (const row of rows) {
    for (const i of upperPart(drop, indicesOf(Uint8Array.from(labels, (label) => (label === row ? 1 : 0)))).upper)
      suspects[i] = 1;
  }
  const sure = indicesOf(positive);
  const broken = sure.filter((i) => suspects[i] === 1).length / Math.max(1, sure.length);
  if (broken <= leastHit) return { separation: distance, broken, found: null };
  const named = indicesOf(suspects);
  const relabel = labels.slice();
  for (const i of named) relabel[i] = looks[i] === rounded[i] && looks[i] !== labels[i] ? looks[i]! : -1;
  return { separation: distance, broken, found: { suspects: named, score: drop, relabel } };
}
