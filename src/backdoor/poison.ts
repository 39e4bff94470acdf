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

/** What {@link poison} and {@link triggered} take besides the options. */
export interface PoisonContext<Ready> {
  /** Chooses the samples. @defaultValue 0 */
  readonly seed?: number;
  /** What the attack's `prepare` gave. */
  readonly ready?: Ready;
}

/**
 * Poisons a training set: stamps the samples that the attack chooses, and relabels them if it does so. The given set stays.
 *
 * @param options - what is left out keeps the attack's default.
 * @throws ConfigError for options out of range, or that do not fit the data.
 * @example
 * const { dataset, poisoned } = poison(badnets, images, { rate: 0.1, target: 3 });
 */
export function poison<O extends object, Ready>(
  attack: Attack<O, Ready>,
  train: Dataset,
  options: Changes<O> = {},
  context: PoisonContext<Ready> = {},
): Poisoned {
  const resolved = attackOptions(attack, options);
  const poisoned = attack.choose(train, resolved, context.seed ?? 0);
  const stamped = attack.stamp(selectImages(train, poisoned), resolved, context.ready as Ready, "train");
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
 * const test = triggered(badnets, images, { target: 3 });
 */
export function triggered<O extends object, Ready>(
  attack: Attack<O, Ready>,
  test: Dataset,
  options: Changes<O> = {},
  context: Pick<PoisonContext<Ready>, "ready"> = {},
): TestSet {
  const resolved = attackOptions(attack, options);
  const stamped = attack.stamp(test, resolved, context.ready as Ready, "test");
  return { dataset: test, attack: { triggered: stamped, targetOf: (label) => attack.targetOf(label, resolved) } };
}

function attackOptions<O extends object, Ready>(attack: Attack<O, Ready>, changes: Changes<O>): O {
  return withChanges(attack.options, defaultsOf(attack.options), changes, attack.name);
}
