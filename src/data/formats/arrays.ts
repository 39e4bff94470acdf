import type { HostTensor } from "../../formats/safetensors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../formats/safetensors.ts";
import { DataError } from "../../tensor/errors.ts";
import { parseJson } from "../../tensor/json.ts";
import * as json from "../../tensor/json-schema.ts";
import { printable } from "../../tensor/printable.ts";
import { completeParts } from "../complete-parts.ts";
import type { Dataset } from "../dataset.ts";
import { checkDataset, selectImages } from "../dataset.ts";
import type { DatasetFormat, WrittenFile } from "../dataset-format.ts";
import type { Folder } from "../folder.ts";

const trainFile = "train.safetensors";
const testFile = "test.safetensors";

/**
 * A folder with `train.safetensors` and `test.safetensors`: `images` u8 `(n, h, w, c)`, `labels` i32 `(n)`, and in the metadata
 * `classNames`, a JSON list, or without it as many classes as the labels need. What is written of a drawn set.
 */
export const arrays: DatasetFormat = {
  name: "arrays",
  summary: "train.safetensors, test.safetensors: images u8 (n,h,w,c), labels i32 (n)",
  options: {},
  reads: "folder",
  detect: (names) => names.includes(trainFile) || names.includes(testFile),
  async read(source) {
    const folder = source.folder!;
    const names = await folder.list();
    const test = names.includes(testFile) ? await readPart(folder, testFile) : null;
    if (source.testOnly === true && test !== null) {
      const { chosen: _, ...parts } = completeParts(test.dataset, test.dataset, source, folder.path);
      return { ...parts, unlabelled: test.unlabelled };
    }
    const train = await readPart(folder, trainFile);
    for (const [file, part] of [
      [trainFile, train],
      [testFile, test],
    ] as const) {
      if (part?.unlabelled === true) throw new DataError(`${folder.path}/${file}: has no array labels`);
    }
    const { chosen: _, ...parts } = completeParts(train.dataset, test?.dataset ?? null, source, folder.path);
    return parts;
  },
  write: ({ train, test }, { kept }) => encodeArrays(selectImages(train, kept), test),
};

/** The two files of a set. */
export async function* encodeArrays(train: Dataset, test: Dataset): AsyncGenerator<WrittenFile> {
  yield { name: trainFile, content: encodePart(train) };
  yield { name: testFile, content: encodePart(test) };
}

function encodePart({ images, labels, count, height, width, channels, classNames }: Dataset): Uint8Array {
  return encodeSafetensors({
    tensors: new Map([
      ["images", { dtype: "u8", shape: [count, height, width, channels], data: images }],
      ["labels", { dtype: "i32", shape: [count], data: labels }],
    ]),
    metadata: classNames === undefined ? {} : { classNames: JSON.stringify(classNames) },
  });
}

interface Part {
  readonly dataset: Dataset;
  /** There are no labels: those of the dataset are 0. */
  readonly unlabelled: boolean;
}

async function readPart(folder: Folder, file: string): Promise<Part> {
  const path = `${folder.path}/${file}`;
  const { tensors, metadata } = decodeSafetensors(await folder.read(file), path);
  const images = arrayOf(tensors, "images", "u8", 4, path)!;
  const labels = tensors.has("labels") ? arrayOf(tensors, "labels", "i32", 1, path) : undefined;
  const [count, height, width, channels] = images.shape as [number, number, number, number];
  const given = (labels?.data as Int32Array | undefined) ?? new Int32Array(count);
  const classNames = Object.hasOwn(metadata, "classNames") ? namesOf(metadata["classNames"]!, path) : undefined;
  const classes = classNames?.length ?? given.reduce((most, label) => Math.max(most, label), 0) + 1;
  const dataset: Dataset = {
    images: images.data as Uint8Array,
    labels: given,
    count,
    height,
    width,
    channels,
    classes,
    ...(classNames === undefined ? {} : { classNames }),
  };
  try {
    checkDataset(dataset);
  } catch (error) {
    throw error instanceof DataError ? new DataError(`${path}: ${error.message}`) : error;
  }
  return { dataset, unlabelled: labels === undefined };
}

function arrayOf(
  tensors: ReadonlyMap<string, HostTensor>,
  name: string,
  dtype: string,
  rank: number,
  path: string,
): HostTensor {
  const found = tensors.get(name);
  if (found?.dtype === dtype && found.shape.length === rank) return found;
  const what = found === undefined ? "is missing" : `is ${found.dtype} with ${found.shape.length} axes`;
  throw new DataError(`${path}: the array ${name} ${what}; expects ${dtype} with ${rank}`);
}

function namesOf(text: string, path: string): readonly string[] {
  const names = json.check(json.list(json.string), parseJson(text, path), `${path}: classNames`);
  return names.map((name) => printable(name));
}
