import type { Attack } from "../backdoor/attack.ts";
import { attacks } from "../backdoor/attacks/index.ts";
import type { TestSet } from "../backdoor/evaluation.ts";
import { poison, triggered } from "../backdoor/poison.ts";
import type { Dataset } from "../data/dataset.ts";
import { selectImages } from "../data/dataset.ts";
import type { DatasetParts, DatasetSource } from "../data/dataset-format.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { openFolder, sharpDecoder } from "../node/index.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Io } from "./io.ts";
import type { Named, RunConfig } from "./run-config.ts";
import { byName } from "./run-config.ts";

/** The images of a run. */
export interface RunData {
  /** What the models are trained on, poison included. */
  readonly train: Dataset;
  readonly test: TestSet;
  /** Indices of the poisoned training images, ascending; null without an attack. */
  readonly poisoned: Int32Array | null;
  /** Classes of which no training image was read. */
  readonly missing: readonly number[];
  /** The dataset as it was read. */
  readonly parts: DatasetParts;
}

/** Reads or draws the images and poisons them. @throws DataError for files that are missing or damaged. */
export async function loadData(config: Pick<RunConfig, "dataset" | "limit" | "attack" | "seed">): Promise<RunData> {
  const { limit, attack, seed } = config;
  const parts = await loadParts(config);
  const kept = limit === null || limit >= parts.train.count ? parts.train : selectImages(parts.train, first(limit));
  const missing = Array.from({ length: kept.classes }, (_, label) => label).filter(
    (label) => !kept.labels.includes(label),
  );
  if (attack === null) return { train: kept, test: { dataset: parts.test }, poisoned: null, missing, parts };
  const { dataset, poisoned } = await poison(attackOf(attack), kept, attack.options, { seed });
  if (poisoned.length === 0) {
    throw new ConfigError(`--attack ${attack.name} poisons none of the ${kept.count} training images`, [
      "raise its rate, or train on more images",
    ]);
  }
  return { train: dataset, test: await testOf(parts.test, attack, seed), poisoned, missing, parts };
}

/** Test images, with and without the trigger where there is an attack. */
export async function testOf(dataset: Dataset, attack: Named | null, seed: number): Promise<TestSet> {
  return attack === null ? { dataset } : triggered(attackOf(attack), dataset, attack.options, { seed });
}

function attackOf({ name }: Named): Attack {
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
