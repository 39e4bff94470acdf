import { cleanSubset } from "../backdoor/clean-subset.ts";
import type { Dataset } from "../data/dataset.ts";
import { imageBytes } from "../data/dataset.ts";
import { DataError } from "../tensor/errors.ts";
import type { RunData } from "./load-data.ts";
import { loadParts } from "./load-data.ts";
import type { RunConfig } from "./run-config.ts";

/**
 * The images of the folder that `--clean` names, all of them, brought to the training images' size; null without one.
 *
 * @throws DataError where they do not fit the training images, or test images of the run are among them.
 */
export async function readClean(
  { clean, seed }: Pick<RunConfig, "clean" | "seed">,
  { train, test }: { readonly train: Dataset; readonly test: Dataset },
  tell: (note: string) => void,
): Promise<Dataset | null> {
  if (clean === null || !("dataset" in clean)) return null;
  const parts = await loadParts({ dataset: clean.dataset, limit: null, seed, forModel: train });
  const place = `--clean ${clean.dataset.folder}`;
  const images = joined(parts.train, parts.test);
  for (const note of parts.notes ?? []) tell(`${place}: ${note}`);
  tell(`${place}: ${images.count} clean images, those of its training and of its test part`);
  checkForm(images, train, place);
  const ofTest = imageTexts(test);
  const shared = [...imageTexts(images)].filter((text) => ofTest.has(text)).length;
  if (shared === 0) return images;
  throw new DataError(`${place}: ${shared} of its images are test images of the run`, [
    "a defence must not see them: leave them out of the folder",
  ]);
}

/** @throws ConfigError if a share draws no image, or more than there can be. Before anything trains. */
export function checkShare({ clean }: Pick<RunConfig, "clean">, train: Dataset): void {
  if (clean !== null && "share" in clean) cleanSubset(train, { share: clean.share });
}

/** The clean images of a run; null where no defence needs any. @param read - what {@link readClean} gave. */
export function cleanOf(
  { clean, seed }: Pick<RunConfig, "clean" | "seed">,
  { train, poisoned, noise }: Pick<RunData, "train" | "poisoned" | "noise">,
  read: Dataset | null,
): Dataset | null {
  if (clean === null || !("share" in clean)) return read;
  return cleanSubset(train, { share: clean.share, seed, without: [...(poisoned ?? []), ...noise] });
}

function joined(first: Dataset, second: Dataset): Dataset {
  const images = new Uint8Array(first.images.length + second.images.length);
  images.set(first.images);
  images.set(second.images, first.images.length);
  const labels = Int32Array.from([...first.labels, ...second.labels]);
  return { ...first, images, labels, count: first.count + second.count };
}

function checkForm(images: Dataset, train: Dataset, place: string): void {
  const names = ({ classNames, classes }: Dataset): string => classNames?.join(", ") ?? `${classes} without names`;
  const form = ({ height, width, channels }: Dataset): string => `${height}×${width} pixels and ${channels} channels`;
  if (form(images) !== form(train)) {
    throw new DataError(`${place}: its images have ${form(images)}, those to train on ${form(train)}`);
  }
  const named = images.classNames !== undefined && train.classNames !== undefined;
  if (images.classes !== train.classes || (named && names(images) !== names(train))) {
    throw new DataError(`${place}: its classes are ${names(images)}; those of the training set are ${names(train)}`);
  }
}

/** The images as texts, each once. */
function imageTexts(dataset: Dataset): ReadonlySet<string> {
  const bytes = imageBytes(dataset);
  const decoder = new TextDecoder("latin1");
  return new Set(
    Array.from({ length: dataset.count }, (_, i) =>
      decoder.decode(dataset.images.subarray(i * bytes, (i + 1) * bytes)),
    ),
  );
}
