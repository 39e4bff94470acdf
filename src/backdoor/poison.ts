import type { Dataset } from "../data/dataset.ts";
import { imageBytes, selectImages } from "../data/dataset.ts";
import type { Changes } from "../options/option.ts";
import { defaultsOf, withChanges } from "../options/table.ts";
import type { Attack, StampContext } from "./attack.ts";
import type { TestSet } from "./evaluation.ts";

/** A poisoned dataset, and what the attacker knows. */
export interface Poisoned {
  readonly dataset: Dataset;
  /** Samples with the trigger, ascending. */
  readonly poisoned: Int32Array;
  /** Samples with a false trigger and their own label, ascending; empty for most attacks. */
  readonly noise: Int32Array;
  /** The labels before the attack, all of them. */
  readonly originalLabels: Int32Array;
}

/** What an attack is given besides its options. */
export interface AttackInputs {
  /** Chooses the samples, and draws patterns: the same for training and test images. @defaultValue 0 */
  readonly seed?: number | undefined;
}

/**
 * Poisons a training set: stamps the samples that the attack chooses, and relabels them if it does so. The given set stays.
 *
 * @param options - what is left out keeps the attack's default.
 * @throws ConfigError for options out of range, or that do not fit the data.
 * @example
 * ```ts
 * import { badnets, poison } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 *
 * const images = builtinDataset({ count: 20, size: 12 });
 * const { dataset, poisoned } = await poison(badnets, images, { rate: 0.1, target: 3 });
 * console.log(poisoned.length, String(Array.from(poisoned, (index) => dataset.labels[index]))); // 2 3,3
 * ```
 */
export async function poison<O extends object>(
  attack: Attack<O>,
  train: Dataset,
  options: Changes<O> = {},
  { seed = 0 }: AttackInputs = {},
): Promise<Poisoned> {
  const resolved = attackOptions(attack, options);
  const poisoned = attack.choose(train, resolved, seed);
  const noise = attack.chooseNoise?.(train, resolved, seed, poisoned) ?? new Int32Array();
  const [images, labels] = [train.images.slice(), train.labels.slice()];
  const bytes = imageBytes(train);
  const stamp = async (indices: Int32Array, part: StampContext["part"]): Promise<void> => {
    if (indices.length === 0) return;
    const stamped = await attack.stamp(selectImages(train, indices), resolved, { part, seed, indices });
    indices.forEach((index, i) => images.set(stamped.images.subarray(i * bytes, (i + 1) * bytes), index * bytes));
  };
  await stamp(poisoned, "train");
  await stamp(noise, "noise");
  if (attack.relabels(resolved)) {
    for (const index of poisoned) labels[index] = attack.targetOf(labels[index]!, resolved, train.classes);
  }
  return { dataset: { ...train, images, labels }, poisoned, noise, originalLabels: train.labels.slice() };
}

/**
 * A test set with its triggered copy, for the attack's success rate.
 *
 * @param inputs - as for {@link poison}: another seed would draw another trigger.
 * @example
 * ```ts
 * import { badnets, triggered } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 *
 * const images = builtinDataset({ count: 10, size: 12, part: "test" });
 * const { attack } = await triggered(badnets, images, { target: 3 });
 * console.log(attack?.targetOf(7), attack?.triggered.count); // 3 10
 * ```
 */
export async function triggered<O extends object>(
  attack: Attack<O>,
  test: Dataset,
  options: Changes<O> = {},
  { seed = 0 }: AttackInputs = {},
): Promise<TestSet> {
  const resolved = attackOptions(attack, options);
  const indices = Int32Array.from({ length: test.count }, (_, i) => i);
  const stamped = await attack.stamp(test, resolved, { part: "test", seed, indices });
  const targetOf = (label: number): number => attack.targetOf(label, resolved, test.classes);
  return { dataset: test, attack: { triggered: stamped, targetOf } };
}

function attackOptions<O extends object>(attack: Attack<O>, changes: Changes<O>): O {
  return withChanges(attack.options, defaultsOf(attack.options), changes, attack.name);
}
