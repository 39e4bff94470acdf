import type { Attack } from "../backdoor/attack.ts";
import { attacks } from "../backdoor/attacks/index.ts";
import type { TestSet } from "../backdoor/evaluation.ts";
import type { Poisoned } from "../backdoor/poison.ts";
import { poison, triggered } from "../backdoor/poison.ts";
import type { Dataset } from "../data/dataset.ts";
import { imageBytes, selectImages } from "../data/dataset.ts";
import type { DatasetParts, DatasetSource } from "../data/dataset-format.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { openFolder, sharpDecoder } from "../node/index.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { AttackWorkplace, PreparedAttack } from "./attack-training.ts";
import { preparedFor } from "./attack-training.ts";
import type { Io } from "./io.ts";
import type { Named, RunConfig } from "./run-config.ts";
import { byName } from "./run-config.ts";

/** The images of a run. */
export interface RunData {
  /** What the models are trained on, poison included. */
  readonly train: Dataset;
  readonly test: TestSet;
  /** Indices of the training images with a trigger, ascending; null without an attack. */
  readonly poisoned: Int32Array | null;
  /** Indices of the training images with a false trigger and their own label, ascending. */
  readonly noise: Int32Array;
  /** Labels before the attack. */
  readonly originalLabels: Int32Array;
  /** What the attacks trained, to be kept with the run. */
  readonly attackFiles: readonly NonNullable<PreparedAttack["file"]>[];
  /** Classes of which no training image was read. */
  readonly missing: readonly number[];
  /** The dataset as it was read. */
  readonly parts: DatasetParts;
}

/**
 * Reads or draws the images and poisons them.
 *
 * @param workplace - null where there is no attack.
 * @throws DataError for files that are missing or damaged.
 */
export async function loadData(
  config: Pick<RunConfig, "dataset" | "limit" | "attacks" | "seed">,
  workplace: AttackWorkplace | null,
): Promise<RunData> {
  const { limit, attacks: chosen, seed } = config;
  const parts = await loadParts(config);
  const kept = limit === null || limit >= parts.train.count ? parts.train : selectImages(parts.train, first(limit));
  const missing = Array.from({ length: kept.classes }, (_, label) => label).filter(
    (label) => !kept.labels.includes(label),
  );
  if (chosen.length === 0 || workplace === null) {
    const none = { poisoned: null, noise: new Int32Array(), originalLabels: kept.labels, attackFiles: [] };
    return { train: kept, test: { dataset: parts.test }, ...none, missing, parts };
  }
  const made = await poisonAll(kept, chosen, seed, workplace);
  const test = await testOf(parts.test, chosen, seed, { ...workplace, made: made.prepared });
  const { dataset, poisoned, noise, attackFiles } = made;
  return { train: dataset, test, poisoned, noise, originalLabels: kept.labels, attackFiles, missing, parts };
}

/** A set with several attacks, each on other images; each counts its rate on the clean set. */
async function poisonAll(
  clean: Dataset,
  chosen: readonly Named[],
  seed: number,
  workplace: AttackWorkplace,
): Promise<Pick<Poisoned, "dataset" | "poisoned" | "noise"> & Pick<RunData, "attackFiles"> & { prepared: Made }> {
  const [images, labels] = [clean.images.slice(), clean.labels.slice()];
  const bytes = imageBytes(clean);
  const [poisoned, noise]: [number[], number[]] = [[], []];
  const prepared = new Map<string, PreparedAttack>();
  for (const { name, options } of chosen) {
    const attack = attackOf(name);
    const taken = new Set([...poisoned, ...noise]);
    const ready = await preparedFor({ attack, options, seed, train: clean, taken }, workplace);
    const one = await poison(attack, clean, options, { seed, taken, ...ready });
    if (one.poisoned.length === 0) {
      throw new ConfigError(`--attack ${name} poisons none of the ${clean.count} training images`, [
        "raise its rate, or train on more images",
      ]);
    }
    for (const index of [...one.poisoned, ...one.noise]) {
      images.set(one.dataset.images.subarray(index * bytes, (index + 1) * bytes), index * bytes);
      labels[index] = one.dataset.labels[index]!;
    }
    poisoned.push(...one.poisoned);
    noise.push(...one.noise);
    prepared.set(name, ready);
  }
  const attackFiles = [...prepared.values()].flatMap(({ file }) => (file === null ? [] : [file]));
  return {
    ...{ dataset: { ...clean, images, labels }, attackFiles, prepared },
    ...{ poisoned: Int32Array.from(poisoned).sort(), noise: Int32Array.from(noise).sort() },
  };
}

/** What attacks trained already, by name. */
type Made = ReadonlyMap<string, PreparedAttack>;

/** Test images, with and without the triggers where there are attacks. */
export async function testOf(
  dataset: Dataset,
  chosen: readonly Named[],
  seed: number,
  { made, ...workplace }: AttackWorkplace & { readonly made?: Made },
): Promise<TestSet> {
  const all = [];
  for (const { name, options } of chosen) {
    const attack = attackOf(name);
    const ready = made?.get(name) ?? (await preparedFor({ attack, options, seed, train: null }, workplace));
    all.push({ name, ...(await triggered(attack, dataset, options, { seed, ...ready })).attack! });
  }
  const [attack, ...others] = all;
  return { dataset, attack, ...(others.length === 0 ? {} : { others }) };
}

function attackOf(name: string): Attack {
  return byName(attacks, name);
}

function first(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** What to read, and for whom. */
export type Wanted = Pick<RunConfig, "dataset" | "limit" | "seed"> &
  Pick<DatasetSource<object>, "testOnly" | "forModel">;

/** What a dataset format reads from. */
export function sourceOf({
  dataset: { folder, options },
  limit,
  seed,
  testOnly,
  forModel,
}: Wanted): DatasetSource<object> {
  const opened = folder === null ? null : openFolder(folder);
  return { folder: opened, options, seed, limit, testOnly, decoder: sharpDecoder, forModel };
}

/** Both parts of a dataset as they are, without poison. A limit is of the training images. */
export async function loadParts(wanted: Wanted): Promise<DatasetParts> {
  return byName(datasetFormats, wanted.dataset.format).read(sourceOf(wanted));
}

/** Says on standard error what a reader must be told of the images. */
export function tellNotes({ notes = [] }: DatasetParts, io: Io): void {
  for (const note of notes) io.err(`${note}\n`);
}
