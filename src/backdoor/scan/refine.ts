/** What {@link refine} makes of a suspicion. */
export interface Refined {
  /** Share of the suspects that a network trained to tell them from all others gives more than one half. */
  readonly learnable: number;
  /** 1 for a suspect, else 0: none where the suspicion is not learnable. */
  readonly suspects: Uint8Array;
}

/**
 * Share of the suspects that must be told from the others. Measured on 5,000 images: easy images of CIFAR-10 without poison 0.13 to 0.53, poison
 * 0.90 to 1. On 1,000 images the network knows the suspects by heart: 1 for 59 that were innocent. Easy images of one class of traffic signs are told too (1.0): those the separation must refuse.
 */
const sure = 0.8;
/** An image of a flagged class joins if it looks more suspect than all but this share of the images of the other classes. */
const joins = 0.001;

/**
 * Confirms or drops a suspicion, and completes it, by a second network that learnt "suspect or not" from the images.
 *
 * Poison has something in common that such a network sees: the trigger. Images that only happened to be easy have not, so if it
 * does not tell them from the rest, nobody is suspected. If it does, images of a flagged class that look as suspect to it as hardly
 * any image of the other classes are suspects too: the others are what clean images look like to it.
 *
 * @param probability - of "suspect", one per image, mean over some looks; see {@link probabilityOfSuspect}.
 * @param suspects - 1 for a suspect, else 0.
 * @param labels - of the images. @param classes - the flagged ones.
 * @example
 * ```ts
 * import { refine } from "deconfound/backdoor";
 *
 * const labels = Int32Array.of(0, 0, 0, 1, 1);
 * const { suspects } = refine([0.9, 0.7, 0.1, 0.2, 0.1], Uint8Array.of(1, 0, 0, 0, 0), labels, [0]);
 * console.log(String(suspects)); // 1,1,0,0,0
 * ```
 */
export function refine(
  probability: ArrayLike<number>,
  suspects: Uint8Array,
  labels: ArrayLike<number>,
  classes: readonly number[],
): Refined {
  const named = Array.from(suspects.keys()).filter((i) => suspects[i] === 1);
  const learnable = named.filter((i) => probability[i]! > 0.5).length / Math.max(1, named.length);
  if (learnable < sure) return { learnable, suspects: new Uint8Array(suspects.length) };
  const flagged = new Set(classes);
  const others = Array.from(suspects.keys(), (i) => i).filter((i) => !flagged.has(labels[i]!));
  if (others.length === 0) return { learnable, suspects };
  const least = quantile(
    others.map((i) => probability[i]!),
    1 - joins,
  );
  const joined = suspects.map((is, i) => (is === 1 || (flagged.has(labels[i]!) && probability[i]! > least) ? 1 : 0));
  return { learnable, suspects: joined };
}

/** The value below which a share of the values lies, between the two nearest ones where it falls between. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (above - below) * (at - Math.floor(at));
}

/**
 * Mean probability of "suspect" over some looks, from the losses of a network that learnt the labels `suspects`.
 *
 * @param losses - per look, cross entropy against `suspects`, in nats.
 * @example
 * ```ts
 * import { probabilityOfSuspect } from "deconfound/backdoor";
 *
 * const [suspect, other] = probabilityOfSuspect([Float32Array.of(0, 0)], Uint8Array.of(1, 0));
 * console.log(suspect, other); // 1 0
 * ```
 */
export function probabilityOfSuspect(losses: readonly Float32Array[], suspects: Uint8Array): Float64Array {
  const mean = new Float64Array(suspects.length);
  for (const look of losses) {
    for (let i = 0; i < mean.length; i++) {
      const own = Math.exp(-look[i]!);
      mean[i]! += (suspects[i] === 1 ? own : 1 - own) / losses.length;
    }
  }
  return mean;
}
