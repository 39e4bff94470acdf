import { applyTrigger, badnets } from "../backdoor/attacks/badnets.ts";
import type { TestSet } from "../backdoor/evaluation.ts";
import { builtinDataset } from "../data/builtin.ts";
import type { Dataset } from "../data/dataset.ts";
import { selectImages } from "../data/dataset.ts";
import { readCifar10 } from "../node/index.ts";
import type { Attack, Source } from "./run-config.ts";

/** The images of a run. */
export interface RunData {
  /** What the models are trained on, poison included. */
  readonly train: Dataset;
  readonly test: TestSet;
  /** Indices of the poisoned training images, ascending; null without an attack. */
  readonly poisoned: Int32Array | null;
}

interface Choice {
  readonly source: Source;
  readonly limit: number | null;
  readonly attack: Attack;
  readonly seed: number;
}

/** Reads or draws the images and poisons them. @throws DataError for files that are missing or damaged. */
export async function loadData({ source, limit, attack, seed }: Choice): Promise<RunData> {
  const { train, test } = await loadParts(source, seed, limit);
  const kept = limit === null || limit >= train.count ? train : selectImages(train, firstIndices(limit));
  if (attack.kind === "none") return { train: kept, test: { dataset: test }, poisoned: null };
  const { dataset, poisoned } = badnets(kept, { rate: attack.rate, target: attack.target, seed });
  return { train: dataset, test: attackedTest(test, attack.target), poisoned };
}

/** Test images with and without the trigger. */
export function attackedTest(dataset: Dataset, target: number): TestSet {
  return { dataset, attack: { triggered: applyTrigger(dataset), target } };
}

function firstIndices(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** Both parts of a data set as they are, without poison. */
export async function loadParts(
  source: Source,
  seed: number,
  limit: number | null = null,
): Promise<{ train: Dataset; test: Dataset }> {
  if (source.kind === "cifar10") return readCifar10(source.folder, limit === null ? {} : { limit });
  const { size, count } = source;
  return {
    train: builtinDataset({ count, size, seed, part: "train" }),
    test: builtinDataset({ count: Math.ceil(count / 2), size, seed, part: "test" }),
  };
}
