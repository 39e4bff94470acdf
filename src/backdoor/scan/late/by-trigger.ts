import type { Lab } from "../../lab.ts";
import type { Accusation } from "./accusation.ts";
import { indicesOf } from "./marks.ts";
import type { Structure } from "./structure-of.ts";
import type { Contrast } from "./trigger-score.ts";
import { triggerScore } from "./trigger-score.ts";
import { hitsOf, leastHit, triggerSuspects } from "./trigger-suspects.ts";

/** Number of the first of four random streams. */
const stream = 22;

/**
 * The second opinion of a small network: have the contradicted images something in common that the others have not? It is asked
 * twice, the second time about the hits of the first, which are purer. Who is found in a shift gets the class that it looks like back;
 * who is found in a row gets no label, since content alone is too often wrong about it.
 */
export async function byTrigger<P, S>(
  lab: Lab<P, S>,
  { kind, rows, partners }: Structure,
  contrast: Contrast,
): Promise<{
  readonly learnable: number | null;
  readonly separation: number | null;
  readonly found: Accusation | null;
}> {
  const { labels } = lab.train;
  const first = await triggerScore(lab, contrast, { round: 1, stream });
  if (first === null) return { learnable: null, separation: null, found: null };
  const { hits, share } = hitsOf(first, contrast.positive, contrast.reference);
  if (share <= leastHit) return { learnable: share, separation: null, found: null };
  const reference = contrast.reference.map((is, i) => (is === 1 && hits[i] === 0 ? 1 : 0));
  const again = { ...contrast, positive: hits, reference };
  const score = await triggerScore(lab, again, { round: 2, stream: stream + 2 });
  if (score === null) return { learnable: share, separation: null, found: null };
  const { distance, suspects } = triggerSuspects(score, reference);
  const named = indicesOf(suspects).filter((i) => kind === "shift" || rows.includes(labels[i]!));
  if (named.length === 0) return { learnable: share, separation: distance, found: null };
  const relabel = labels.slice();
  for (const i of named) relabel[i] = kind === "shift" ? partners[labels[i]!]! : -1;
  return { learnable: share, separation: distance, found: { suspects: named, score, relabel } };
}
