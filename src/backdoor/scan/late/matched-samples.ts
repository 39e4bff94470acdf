import { randomStream } from "../../../data/random-stream.ts";

/**
 * Pairs of one positive image and one reference that look like the same class, drawn with replacement: the positives at random, to
 * each a reference at random. A network that learns to tell the two from each other then gains nothing from what the images show.
 *
 * @param samples - indices to draw from.
 * @param positive - 1 for a positive, by index. @param reference - 1 for a reference, by index.
 * @param looks - the class that an image looks like, by index, 0 … classes − 1.
 * @param key - two u32 words that decide the draw.
 * @returns 2·pairs indices, positive, reference, positive, …; null if no class has both.
 * @example
 * ```ts
 * import { matchedSamples } from "deconfound/backdoor";
 *
 * const marks = { positive: [1, 0, 0], reference: [0, 1, 1] };
 * console.log(String(matchedSamples([0, 1, 2], marks, [5, 5, 7], { pairs: 2, key: [0, 0] }))); // 0,1,0,1
 * ```
 */
export function matchedSamples(
  samples: ArrayLike<number>,
  { positive, reference }: { readonly positive: ArrayLike<number>; readonly reference: ArrayLike<number> },
  looks: ArrayLike<number>,
  { pairs, key }: { readonly pairs: number; readonly key: readonly [number, number] },
): Int32Array | null {
  const references = new Map<number, number[]>();
  for (const i of Array.from(samples)) {
    if (reference[i] !== 1) continue;
    const own = references.get(looks[i]!) ?? [];
    own.push(i);
    references.set(looks[i]!, own);
  }
  const positives = Array.from(samples).filter((i) => positive[i] === 1 && references.has(looks[i]!));
  if (positives.length === 0) return null;
  const stream = randomStream(key, 0);
  const from = (list: readonly number[]): number => list[Math.floor(stream.uniform(0, list.length))]!;
  const drawn = new Int32Array(2 * pairs);
  for (let pair = 0; pair < pairs; pair++) {
    drawn[2 * pair] = from(positives);
    drawn[2 * pair + 1] = from(references.get(looks[drawn[2 * pair]!]!)!);
  }
  return drawn;
}
