import { quantile } from "../quantile.ts";
import { easeOf } from "./ease.ts";
import type { ClassSplit } from "./suspects-of.ts";
import { leastRatio } from "./suspects-of.ts";

/** What {@link refine} makes of a suspicion. */
export interface Refined {
  /** Of the class whose suspects were recognized best: the share of them, 0 … 1. */
  readonly learnable: number;
  /** The classes whose suspects were recognized. */
  readonly classes: readonly number[];
  /** 1 for a suspect, else 0. */
  readonly suspects: Uint8Array;
}

/**
 * Share of the suspects of a class that must be recognized. Measured by networks that had not seen them, where a class stood apart
 * enough to ask: poison from 0.73 on; easy images at most 0.51 in 141 sets without poison, and once 0.55 for a part of a class that
 * looks alike.
 */
const sure = 0.65;
/** An image of a confirmed class is a suspect if it is more suspicious than all but this share of the images of the other classes. */
const rare = 0.001;
/**
 * A class of at least this ratio stands apart so clearly that its losses alone say who is poisoned: of 5,000 images of CIFAR-10 with SIG
 * (ratio 4.1) the 11 suspects that were not recognized were poison; with BadNets on 2 % (1.8 and 2.1) the 7 and 2 were not.
 */
const clear = 2 * leastRatio;

/**
 * Confirms or drops a suspicion, and sets who is in it, by what networks say that learnt "suspect or not" from other images.
 *
 * Poison has something in common that such a network sees: the trigger. Images that only happened to be easy have not, so a class
 * whose suspects are not recognized is dropped. In a class that stays, the suspects are those that were recognized, and all
 * images that are as suspicious as hardly any of the other classes: these show what clean images look like. How suspicious an image
 * is, the network and f_B say together: the ease (see {@link easeOf}) of the network's loss for "suspect" and that of f_B's late losses
 * for the label are added, as logarithms of two independent odds are. Where the class stands apart clearly (a ratio of at least 2.9),
 * suspects that were not recognized stay, too.
 *
 * @param probability - of "suspect", one per image; see {@link secondOpinion}.
 * @param ease - per image, late in the training of f_B; see `suspectsOf`.
 * @param suspects - 1 for a suspect, else 0.
 * @param labels - of the images. @param classes - those that have suspects, with their ratios.
 * @example
 * ```ts
 * import { refine } from "deconfound/backdoor";
 *
 * const labels = Int32Array.of(0, 0, 0, 1, 1);
 * const { suspects } = refine([0.9, 0.7, 0.1, 0.2, 0.1], [3, 3, 0, 1, 1], Uint8Array.of(1, 0, 0, 0, 0), labels, [
 *   { label: 0, ratio: 2 },
 * ]);
 * console.log(String(suspects)); // 1,1,0,0,0
 * ```
 */
export function refine(
  probability: ArrayLike<number>,
  ease: ArrayLike<number>,
  suspects: Uint8Array,
  labels: ArrayLike<number>,
  classes: readonly Pick<ClassSplit, "label" | "ratio">[],
): Refined {
  const recognized = (i: number): boolean => suspects[i] === 1 && probability[i]! > 0.5;
  const shares = classes.map(({ label }) => {
    const named = Array.from(suspects.keys()).filter((i) => suspects[i] === 1 && labels[i] === label);
    return named.filter(recognized).length / Math.max(1, named.length);
  });
  const kept = new Map(classes.filter((_, which) => shares[which]! >= sure).map(({ label, ratio }) => [label, ratio]));
  const asked = new Set(classes.map(({ label }) => label));
  const opinion = easeOf([Float32Array.from(probability, (p) => -Math.log(Math.max(p, Number.EPSILON)))]);
  const score = opinion.map((own, i) => own + ease[i]!);
  const others = score.filter((_, i) => !asked.has(labels[i]!));
  const least = others.length === 0 ? Number.POSITIVE_INFINITY : quantile(others, 1 - rare);
  const stays = (i: number): boolean => {
    const ratio = kept.get(labels[i]!);
    return ratio !== undefined && (recognized(i) || score[i]! > least || (suspects[i] === 1 && ratio >= clear));
  };
  return {
    learnable: Math.max(0, ...shares),
    classes: [...kept.keys()],
    suspects: suspects.map((_, i) => (stays(i) ? 1 : 0)),
  };
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
