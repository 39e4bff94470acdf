import type { Evaluation } from "./evaluation.ts";
import type { Rate } from "./metrics.ts";

/** What makes a row of rates mean something other than it seems to. */
export type Flag =
  /** The model is hardly better than one that always names the largest class. */
  | { readonly kind: "collapsed" }
  /** Almost no image of a class is called by its label: an ASR of 0 may only mean that its target is gone. */
  | { readonly kind: "class lost"; readonly label: number }
  /** A defence halves the accuracy of the class that the trigger calls for: its low ASR is bought with the class. */
  | { readonly kind: "target class lost" }
  /** The undefended model does not follow the trigger: there is nothing to defend against. */
  | { readonly kind: "attack not learned" };

const fewest = 5; // test images of a class below which its rate says nothing

/**
 * The flags of an evaluation, from fixed rules, so that no reader needs to look for them.
 *
 * collapsed: CA is at most 1.5 times the share of the largest class. class lost: the accuracy of a class is below a quarter of CA.
 * target class lost: the accuracy of the trigger's target is below half of that without a defence, where that is known. attack not
 * learned: without a defence, fewer than 80 % of the triggered images are called the target, of one of the attacks at least.
 *
 * @param options.undefended - whether the model was trained without a defence.
 * @param options.targetAccuracy - that of a model without a defence on the same set, 0 … 1; left out where there is none.
 * @example
 * ```ts
 * import { flagsOf } from "deconfound/backdoor";
 *
 * const rate = (value: number, count: number) => ({ rate: value, count });
 * const classAccuracy = [rate(0.98, 100), rate(0.98, 100), rate(0.02, 100)];
 * const flags = flagsOf({ ca: rate(0.66, 300), classAccuracy }, { undefended: false });
 * console.log(JSON.stringify(flags)); // [{"kind":"class lost","label":2}]
 * ```
 */
export function flagsOf(
  { ca, classAccuracy, asr, targetAccuracy, others = [] }: Evaluation,
  options: { readonly undefended: boolean; readonly targetAccuracy?: number | undefined },
): readonly Flag[] {
  const largest = Math.max(...classAccuracy.map(({ count }) => count)) / ca.count;
  const notLearned: readonly Flag[] =
    options.undefended && asr !== undefined && [asr, ...others.map((other) => other.asr)].some(({ rate }) => rate < 0.8)
      ? [{ kind: "attack not learned" }]
      : [];
  if (ca.rate <= Math.min(1.5 * largest, (1 + largest) / 2)) return [{ kind: "collapsed" }, ...notLearned];
  const lost = ({ rate, count }: Rate): boolean => count >= fewest && rate < ca.rate / 4;
  const classes = classAccuracy.flatMap((rate, label): Flag[] => (lost(rate) ? [{ kind: "class lost", label }] : []));
  const before = options.undefended ? undefined : options.targetAccuracy;
  const targetLost: readonly Flag[] =
    before !== undefined && targetAccuracy !== undefined && targetAccuracy.rate < before / 2
      ? [{ kind: "target class lost" }]
      : [];
  return [...classes, ...targetLost, ...notLearned];
}
