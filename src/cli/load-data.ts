import type { Attack } from "../backdoor/attack.ts";
import { attacks } from "../backdoor/attacks/index.ts";
import type { TestSet } from "../backdoor/evaluation.ts";
import { poison, triggered } from "../backdoor/poison.ts";
import type { Dataset } from "../data/dataset.ts";
import { imageBytes, selectImages } from "../data/dataset.ts";
import type { DatasetParts, DatasetSource } from "../data/dataset-format.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { openFolder, sharpDecoder } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import type { AttackWorkplace, PreparedAttack } from "./attack-training.ts";
import { preparedFor } from "./attack-training.ts";
import type { Io } from "./io.ts";
import { manifestName, readManifest } from "./manifest.ts";
import type { Named, RunConfig } from "./run-config.ts";
import { byName } from "./run-config.ts";
import { dataDigest } from "./run-identity.ts";

/** What one attack did to the training images. */
export interface Poison {
  readonly attack: string;
  readonly poisoned: readonly number[];
  readonly noise: readonly number[];
  /** The one class that its trigger calls for; null where that depends on the image. */
  readonly target: number | null;
}

/** The images of a run. */
export interface RunData {
  /** What the models are trained on, poison included. */
  readonly train: Dataset;
  readonly test: TestSet;
  /** Indices of the training images with a trigger, ascending; null without an attack. */
  readonly poisoned: Int32Array | null;
  /** Indices of the training images with a false trigger and their own label, ascending. */
  readonly noise: Int32Array;
  /** What each attack did. */
  readonly poisons: readonly Poison[];
  /** Labels before the attack. */
  readonly originalLabels: Int32Array;
  /** What the attacks trained, to be kept with the run. */
  readonly attackFiles: readonly NonNullable<PreparedAttack["file"]>[];
  /** Classes of which no training image was read. */
  readonly missing: readonly number[];
  /** The dataset as it was read. */
  readonly parts: DatasetParts;
}

/** What decides the images of a run. */
type DataConfig = Pick<RunConfig, "dataset" | "limit" | "attacks" | "poisoned" | "seed">;

/** The images before a run's attacks. */
interface CleanData {
  readonly parts: DatasetParts;
  /** The training images that the run is of. */
  readonly kept: Dataset;
}

/** Reads or draws the images. @throws DataError for files that are missing or damaged. */
export async function loadClean({ dataset, limit, seed, poisoned }: DataConfig): Promise<CleanData> {
  if (poisoned && limit !== null) {
    throw new ConfigError("--limit: the set is poisoned already; give poison the limit");
  }
  const parts = await loadParts({ dataset, limit, seed });
  const kept = limit === null || limit >= parts.train.count ? parts.train : selectImages(parts.train, first(limit));
  return { parts, kept };
}

/** Reads or draws the images and poisons them. @param workplace - null where there is no attack. */
export async function loadData(config: DataConfig, workplace: AttackWorkplace | null): Promise<RunData> {
  return poisonClean(config, await loadClean(config), workplace);
}

/** Poisons images. @throws ConfigError for an attack that does not fit them. */
export async function poisonClean(
  config: DataConfig,
  { parts, kept }: CleanData,
  workplace: AttackWorkplace | null,
): Promise<RunData> {
  const { attacks: chosen, seed } = config;
  if (config.poisoned && workplace !== null) return poisonedBefore(config, parts, workplace);
  const missing = Array.from({ length: kept.classes }, (_, label) => label).filter(
    (label) => !kept.labels.includes(label),
  );
  if (chosen.length === 0 || workplace === null) {
    const none = { poisoned: null, noise: new Int32Array(), poisons: [], originalLabels: kept.labels, attackFiles: [] };
    return { train: kept, test: { dataset: parts.test }, ...none, missing, parts };
  }
  const made = await poisonAll(kept, chosen, seed, workplace);
  const test = await testOf(parts.test, chosen, seed, { ...workplace, made: made.prepared });
  return { train: made.dataset, test, ...made.record, originalLabels: kept.labels, missing, parts };
}

type AttackRecord = Pick<RunData, "poisoned" | "noise" | "poisons" | "attackFiles">;

/** A set with several attacks, each on other images; each counts its rate on the clean set. */
async function poisonAll(
  clean: Dataset,
  chosen: readonly Named[],
  seed: number,
  workplace: AttackWorkplace,
): Promise<{ dataset: Dataset; record: AttackRecord; prepared: Made }> {
  const [images, labels] = [clean.images.slice(), clean.labels.slice()];
  const bytes = imageBytes(clean);
  const poisons: Poison[] = [];
  const prepared = new Map<string, PreparedAttack>();
  for (const { name, options } of chosen) {
    const attack = attackOf(name);
    const taken = new Set(poisons.flatMap(({ poisoned, noise }) => [...poisoned, ...noise]));
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
    const target = targetOf(attack, options, clean.classes);
    poisons.push({ attack: name, poisoned: [...one.poisoned], noise: [...one.noise], target });
    prepared.set(name, ready);
  }
  return { dataset: { ...clean, images, labels }, record: recordOf(poisons, prepared), prepared };
}

function recordOf(poisons: readonly Poison[], prepared: Made): AttackRecord {
  const all = (which: "poisoned" | "noise"): Int32Array => Int32Array.from(poisons.flatMap((one) => one[which])).sort();
  const attackFiles = [...prepared.values()].flatMap(({ file }) => (file === null ? [] : [file]));
  return { poisoned: all("poisoned"), noise: all("noise"), poisons, attackFiles };
}

function targetOf(attack: Attack, options: object, classes: number): number | null {
  const targets = new Set(Array.from({ length: classes }, (_, label) => attack.targetOf(label, options, classes)));
  return targets.size === 1 ? [...targets][0]! : null;
}

/** A set that `poison` wrote: its manifest says what was done to it. */
async function poisonedBefore(
  { dataset: { folder }, attacks: chosen }: DataConfig,
  parts: DatasetParts,
  workplace: AttackWorkplace,
): Promise<RunData> {
  const { train } = parts;
  const manifest = (await readManifest(folder!))!;
  if (manifest.data !== dataDigest(train)) {
    throw new DataError(`${folder}: its training images are not those that ${manifestName} is of`, [
      "write the set anew with deconfound poison",
    ]);
  }
  const { seed } = manifest;
  const prepared = new Map<string, PreparedAttack>();
  for (const { name, options } of chosen) {
    const task = { attack: attackOf(name), options, seed, train: null };
    prepared.set(name, await preparedFor(task, { ...workplace, folder }));
  }
  const poisons = chosen.map(({ name, options }): Poison => {
    const of = (flag: number): number[] =>
      manifest.images.filter((image) => image.attack === name && image.flag === flag).map(({ index }) => index);
    return {
      ...{ attack: name, poisoned: of(1), noise: of(2) },
      target: targetOf(attackOf(name), options, train.classes),
    };
  });
  const originalLabels = train.labels.slice();
  for (const { index, originalLabel } of manifest.images) originalLabels[index] = originalLabel;
  const test = await testOf(parts.test, chosen, seed, { ...workplace, made: prepared });
  return { train, test, ...recordOf(poisons, prepared), originalLabels, missing: [], parts };
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
