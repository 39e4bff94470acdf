import type { Dataset } from "../data/dataset.ts";
import { imageBytes, selectImages } from "../data/dataset.ts";
import type { Changes } from "../options/option.ts";
import { defaultsOf, withChanges } from "../options/table.ts";
import type { Attack } from "./attack.ts";
import type { TestSet } from "./evaluation.ts";

/** A poisoned dataset, and what the attacker knows. */
export interface Poisoned {
  readonly dataset: Dataset;
  /** Poisoned samples, ascending. */
  readonly poisoned: Int32Array;
  /** The labels before the attack, all of them. */
  readonly originalLabels: Int32Array;
}

/**
 * Poisons a training set: stamps the samples that the attack chooses, and relabels them if it does so. The given set stays.
 *
 * @param options - what is left out keeps the attack's default.
 * @param choice.seed - chooses the samples. @defaultValue 0
 * @throws ConfigError for options out of range, or that do not fit the data.
 * @example
 * ```ts
 * import { badnets, poison } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 *
 * const images = builtinDataset({ count: 20, size: 12 });
 * const { dataset, poisoned } = poison(badnets, images, { rate: 0.1, target: 3 });
 * console.log(poisoned.length, String(Array.from(poisoned, (index) => dataset.labels[index]))); // 2 3,3
 * ```
 */
export function poison<O extends object>(
  attack: Attack<O>,
  train: Dataset,
  options: Changes<O> = {},
  { seed = 0 }: { readonly seed?: number | undefined } = {},
): Poisoned {
  const resolved = attackOptions(attack, options);
  const poisoned = attack.choose(train, resolved, seed);
  const stamped = attack.stamp(selectImages(train, poisoned), resolved, "train");
  const [images, labels] = [train.images.slice(), train.labels.slice()];
  const bytes = imageBytes(train);
  poisoned.forEach((index, i) => {
    images.set(stamped.images.subarray(i * bytes, (i + 1) * bytes), index * bytes);
    if (attack.relabels) labels[index] = attack.targetOf(labels[index]!, resolved);
  });
  return { dataset: { ...train, images, labels }, poisoned, originalLabels: train.labels.slice() };
}

/**
 * A test set with its triggered copy, for the attack's success rate.
 *
 * @example
 * ```ts
 * import { badnets, triggered } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 *
 * const images = builtinDataset({ count: 10, size: 12, part: "test" });
 * const { attack } = triggered(badnets, images, { target: 3 });
 * console.log(attack?.targetOf(7), attack?.triggered.count); // 3 10
 * ```
 */
export function triggered<O extends object>(attack: Attack<O>, test: Dataset, options: Changes<O> = {}): TestSet {
  const resolved = attackOptions(attack, options);
  const stamped = attack.stamp(test, resolved, "test");
  return { dataset: test, attack: { triggered: stamped, targetOf: (label) => attack.targetOf(label, resolved) } };
}

function attackOptions<O extends object>(attack: Attack<O>, changes: Changes<O>): O {
  return withChanges(attack.options, defaultsOf(attack.options), changes, attack.name);
}
