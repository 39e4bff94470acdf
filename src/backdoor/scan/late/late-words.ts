import type { Dataset } from "../../../data/dataset.ts";
import { nameOf } from "../verdict.ts";
import type { LateFinding } from "./late-scan.ts";

/**
 * What {@link lateScan} found, in whole sentences, the finding first.
 *
 * @param late - of `dataset`.
 */
export function lateWords(
  { kind, classes, suspects, relabel, numbers }: LateFinding,
  { count, classNames }: Pick<Dataset, "count" | "classNames">,
): readonly string[] {
  if (kind === "nothing") {
    const looked =
      "Looked also for labels that contradict what the images show, in the way of an attack that is learnt late: one label that takes in all classes, or each class called the next.";
    if (numbers.structure === "nothing") return [`${looked} There were none.`];
    return [
      `${looked} Labels did (${numbers.structure}), but nothing else marks those images, so nobody is suspected.`,
    ];
  }
  const share = ((100 * suspects.length) / count).toFixed(1);
  const named = classes.map((label) => nameOf(label, classNames));
  const relabelled = relabel === null ? 0 : suspects.reduce((sum, i) => sum + (relabel[i]! >= 0 ? 1 : 0), 0);
  const whose = kind === "row" ? `all labelled ${named.join(", ")}` : "each labelled as another class than it shows";
  return [
    `${suspects.length} of ${count} images (${share} %) look poisoned, ${whose}: their labels contradict what they show, and something marks them.`,
    `${relabelled} of them are trained on with the label that they show, ${suspects.length - relabelled} with none.`,
  ];
}
