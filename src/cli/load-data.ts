import { badnets } from "../cbd/attacks/badnets.ts";
import { builtinDataset } from "../data/builtin.ts";
import type { Dataset } from "../data/dataset.ts";
import { selectImages } from "../data/dataset.ts";
import { readCifar10 } from "../node/index.ts";
import type { Attack, Source } from "./run-config.ts";

/** The images of a run. */
export interface RunData {
  /** What the models are trained on, poison included. */
  readonly train: Dataset;
  readonly test: Dataset;
  /** Indices of the poisoned training images, ascending; undefined without an attack. */
  readonly poisoned: Int32Array | undefined;
}

interface Choice {
  readonly source: Source;
  readonly limit: number | undefined;
  readonly attack: Attack;
  readonly seed: number;
}

/** Reads or draws the images and poisons them. @throws DataError for files that are missing or damaged. */
export async function loadData({ source, limit, attack, seed }: Choice): Promise<RunData> {
  const { train, test } = await loadParts(source, seed);
  const kept = limit === undefined || limit >= train.count ? train : selectImages(train, firstIndices(limit));
  if (attack.kind === "none") return { train: kept, test, poisoned: undefined };
  const { dataset, poisoned } = badnets(kept, { rate: attack.rate, target: attack.target, seed });
  return { train: dataset, test, poisoned };
}

function firstIndices(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** Both parts of a data set as they are, without poison. */
export async function loadParts(source: Source, seed: number): Promise<{ train: Dataset; test: Dataset }> {
  if (source.kind === "cifar10") return readCifar10(source.folder);
  const { size, count } = source;
  return {
    train: builtinDataset({ count, size, seed, part: "train" }),
    test: builtinDataset({ count: Math.ceil(count / 2), size, seed, part: "test" }),
  };
}
