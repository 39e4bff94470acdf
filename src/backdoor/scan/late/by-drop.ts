import type { Network } from "../../../nn/network.ts";
import type { Lab } from "../../lab.ts";
import { suspectsOf } from "../suspects-of.ts";
import type { Accusation } from "./accusation.ts";
import { labelDrop } from "./label-drop.ts";
import { indicesOf } from "./marks.ts";
import type { Structure } from "./structure-of.ts";
import type { Contrast } from "./trigger-score.ts";
import { leastHit } from "./trigger-suspects.ts";

/** D that the label drop must have; see `separation`. */
const leastDrop = 5;

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
  const { labels, classes } = lab.train;
  const { drop, classes: rounded } = await labelDrop(lab, undefended);
  const split = suspectsOf(drop, labels, classes);
  if (split.distance <= leastDrop) return { separation: split.distance, broken: null, found: null };
  const suspects = split.suspects.map((is, i) => (is === 1 && rows.includes(labels[i]!) ? 1 : 0));
  const sure = indicesOf(positive);
  const broken = sure.filter((i) => suspects[i] === 1).length / Math.max(1, sure.length);
  if (broken <= leastHit) return { separation: split.distance, broken, found: null };
  const named = indicesOf(suspects);
  const relabel = labels.slice();
  for (const i of named) relabel[i] = looks[i] === rounded[i] && looks[i] !== labels[i] ? looks[i]! : -1;
  return { separation: split.distance, broken, found: { suspects: named, score: drop, relabel } };
}
