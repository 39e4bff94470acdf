import { confident, looksLike } from "./confident.ts";
import { level } from "./level.ts";
import type { Structure } from "./structure-of.ts";
import type { Contrast } from "./trigger-score.ts";

/**
 * The images that a structure makes suspect, and those that speak for themselves: label and content agree, surely.
 *
 *  - `row`: suspect is what is labelled as a target and surely looks like another class, after `level`; a target's own images are no
 *    reference.
 *  - `shift`: suspect is what surely looks like the partner of its label.
 *
 * @param probabilities - `(count, classes)`, row-major, out of fold.
 * @param labels - 0 … classes − 1.
 * @example
 * ```ts
 * import { contrastOf } from "deconfound/backdoor";
 *
 * const shift = { kind: "shift", rows: [], partners: Int32Array.of(1, 0) } as const;
 * const { positive, reference } = contrastOf(shift, [0.9, 0.1, 0.2, 0.8, 0.1, 0.9], [0, 1, 0]);
 * console.log(String(positive), String(reference)); // 0,0,1 1,0,0
 * ```
 */
export function contrastOf(
  { kind, rows, partners }: Pick<Structure, "kind" | "rows" | "partners">,
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
): Contrast {
  const classes = partners.length;
  const flagged = kind === "row" ? rows : [];
  const levelled = level(probabilities, classes, flagged);
  const sure = confident(levelled, classes);
  const positive = sure.map((looks, i) => {
    if (looks < 0) return 0;
    if (kind === "row") return flagged.includes(labels[i]!) && looks !== labels[i] ? 1 : 0;
    return kind === "shift" && looks === partners[labels[i]!] ? 1 : 0;
  });
  const reference = sure.map((looks, i) => (looks === labels[i] && !flagged.includes(looks) ? 1 : 0));
  return {
    positive: Uint8Array.from(positive),
    reference: Uint8Array.from(reference),
    looks: looksLike(levelled, classes),
  };
}
