import type { Dataset } from "../data/dataset.ts";
import { imageBytes, selectImages } from "../data/dataset.ts";
import type { Picture } from "../formats/index.ts";
import type { Changes } from "../options/option.ts";
import { defaultsOf, withChanges } from "../options/table.ts";
import type { Device } from "../tensor/device.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Attack, Prepared, StampContext } from "./attack.ts";
import type { AttackCallbacks } from "./attack-stages.ts";
import { openStages } from "./attack-stages.ts";
import type { AttackState } from "./attack-state.ts";
import type { TestSet } from "./evaluation.ts";
import { TrainingStopped } from "./phase-context.ts";

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
  /** Samples that another attack on the same set has already. */
  readonly taken?: ReadonlySet<number> | undefined;
  /** What {@link prepareAttack} gave; for attacks that train something. */
  readonly prepared?: Prepared | undefined;
  /** Pictures of the user's, by the text of the option that names them; for attacks that take one. */
  readonly pictures?: ReadonlyMap<string, Picture> | undefined;
  /** Where those of them that stamp with a network run it. */
  readonly device?: Device | undefined;
  /** Images of more bytes are given to that network batch by batch. @defaultValue what one buffer of the device holds */
  readonly residentBytes?: number | undefined;
}

/** Where and how an attack trains. */
export interface PrepareOptions extends AttackCallbacks {
  readonly device: Device;
  /** That of {@link poison}. */
  readonly seed: number;
  /** Samples that another attack on the same set has already. */
  readonly taken?: ReadonlySet<number> | undefined;
  /** Images of more bytes stay in memory, and each batch is uploaded by itself: same results. @defaultValue what one buffer of the device holds */
  readonly residentBytes?: number | undefined;
  /** A state that an earlier training of the same attack, options, images and seed gave; its tensors are consumed. */
  readonly resume?: AttackState | undefined;
}

/**
 * Trains what an attack's trigger needs: a surrogate, a generator. Nothing for most attacks. The same options, images, seed and
 * device give the same bits, also through `shouldStop` and `resume`.
 *
 * @param train - the clean training set, which {@link poison} is to have.
 * @returns null if `shouldStop` ended it; `onState` was given the state to go on from.
 * @throws AttackError if the trigger did not come to what it must do; DataError for a state that is not of this attack.
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, prepareAttack } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 *
 * const images = builtinDataset({ count: 20, size: 12 });
 * const prepared = await prepareAttack(badnets, images, {}, { device: referenceDevice(), seed: 0 });
 * console.log(Object.keys(prepared).length); // 0
 * ```
 */
export function prepareAttack<O extends object>(
  attack: Attack<O>,
  train: Dataset,
  options: Changes<O>,
  context: PrepareOptions & { readonly shouldStop?: undefined },
): Promise<Prepared>;
export function prepareAttack<O extends object>(
  attack: Attack<O>,
  train: Dataset,
  options: Changes<O>,
  context: PrepareOptions,
): Promise<Prepared | null>;
export async function prepareAttack<O extends object>(
  attack: Attack<O>,
  train: Dataset,
  options: Changes<O>,
  { device, seed, taken, residentBytes, resume, ...callbacks }: PrepareOptions,
): Promise<Prepared | null> {
  const resolved = attackOptions(attack, options);
  if (attack.prepare === undefined) return {};
  const stages = openStages(device, resume, callbacks);
  try {
    const prepared = await attack.prepare(train, resolved, { device, seed, taken, residentBytes, train: stages.train });
    device.free(stages.state());
    return prepared;
  } catch (error) {
    if (error instanceof TrainingStopped) return null;
    throw error;
  }
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
  inputs: AttackInputs = {},
): Promise<Poisoned> {
  const resolved = attackOptions(attack, options);
  const { seed = 0, taken = new Set() } = inputs;
  const poisoned = attack.choose(train, resolved, seed, taken);
  const noise =
    attack.chooseNoise?.(train, resolved, seed, poisoned, new Set([...taken, ...poisoned])) ?? new Int32Array();
  const twice = [...poisoned, ...noise].find((index) => taken.has(index));
  if (twice !== undefined) {
    throw new ConfigError(`${attack.name}: chooses image ${twice}, which another attack has`, [
      "it cannot be combined with others",
    ]);
  }
  const [images, labels] = [train.images.slice(), train.labels.slice()];
  const bytes = imageBytes(train);
  const stamp = async (indices: Int32Array, part: StampContext["part"]): Promise<void> => {
    if (indices.length === 0) return;
    const stamped = await attack.stamp(
      selectImages(train, indices),
      resolved,
      stampContext(attack, inputs, part, indices),
    );
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
  inputs: AttackInputs = {},
): Promise<TestSet> {
  const resolved = attackOptions(attack, options);
  const indices = Int32Array.from({ length: test.count }, (_, i) => i);
  const stamped = await attack.stamp(test, resolved, stampContext(attack, inputs, "test", indices));
  const targetOf = (label: number): number => attack.targetOf(label, resolved, test.classes);
  return { dataset: test, attack: { triggered: stamped, targetOf } };
}

function stampContext<O extends object>(
  { name, prepare }: Attack<O>,
  { seed = 0, prepared = {}, pictures = new Map(), device, residentBytes }: AttackInputs,
  part: StampContext["part"],
  indices: Int32Array,
): StampContext {
  if (prepare !== undefined && Object.keys(prepared).length === 0) {
    throw new ConfigError(`${name}: must be prepared before it can stamp`, [
      "pass what prepareAttack gives as prepared",
    ]);
  }
  return { part, seed, indices, prepared, pictures, device, residentBytes };
}

function attackOptions<O extends object>(attack: Attack<O>, changes: Changes<O>): O {
  return withChanges(attack.options, defaultsOf(attack.options), changes, attack.name);
}
