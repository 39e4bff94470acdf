import { encodePng } from "../../formats/png.ts";
import type { OptionTable } from "../../options/option.ts";
import { DataError } from "../../tensor/errors.ts";
import { printable } from "../../tensor/printable.ts";
import type { ClassFolders } from "../class-folders.ts";
import { classFoldersOf, hasClassFolders } from "../class-folders.ts";
import type { Dataset } from "../dataset.ts";
import { imageBytes } from "../dataset.ts";
import type { DatasetFormat, DatasetParts, WriteOptions, WrittenFile } from "../dataset-format.ts";
import { freeName } from "../free-name.ts";
import type { PictureArrays } from "../read-pictures.ts";
import { readPictures } from "../read-pictures.ts";
import type { ImageSize } from "../size-form.ts";
import { sizeForm } from "../size-form.ts";
import { splitNote, splitOff, takeEvenly } from "../split.ts";

/** How pictures in class folders are read. */
export interface ImageFolderOptions {
  readonly size: ImageSize | null;
  readonly channels: "auto" | "1" | "3";
  readonly skipBroken: boolean;
}

const options: OptionTable<ImageFolderOptions> = {
  size: {
    kind: "parsed",
    default: null,
    form: sizeForm,
    doc: "N or HxW, what images are resized to; default: the most common size",
    flag: "size",
  },
  channels: {
    kind: "choice",
    default: "auto",
    choices: ["auto", "1", "3"],
    doc: "1: grey, 3: RGB; auto: grey if all images are",
    flag: "channels",
  },
  skipBroken: { kind: "boolean", default: false, doc: "leave out images that cannot be read", flag: "skip-broken" },
};

/**
 * A folder of pictures: one folder per class, or `train/` and `test/` (or `val/`, `valid/`) with one folder per class each. Classes
 * are numbered in the order of their names, of which all that are whole numbers are ordered as numbers.
 */
export const imageFolder: DatasetFormat<ImageFolderOptions> = {
  name: "image-folder",
  summary: "a folder per class, or train/ and test/ (val/, valid/) with a folder per class: JPEG, PNG, WebP, PPM, PGM",
  options,
  reads: "folder",
  classNamesIn: (names, folder) => classFoldersOf(names, folder.path).classNames.map((name) => printable(name)),
  detect: hasClassFolders,
  async read(source) {
    const folder = source.folder!;
    const { size, channels, skipBroken } = source.options;
    const found = classFoldersOf(await folder.list(), folder.path, source.forModel?.classNames);
    const notes = [...found.notes];
    if (found.train.length === 0 && source.testOnly !== true) {
      throw new DataError(`${folder.path}: no training images beside the test images`, [
        "expects train/CLASS/NAME.png",
      ]);
    }
    const { train, test } = partsOf(found, notes);
    const limited = Array.from(
      takeEvenly(
        train.map(({ label }) => label),
        source.limit,
      ),
      (at) => train[at]!,
    );
    const form = source.forModel;
    const wanted = channels === "auto" ? (form?.channels ?? null) : Number(channels);
    const read = await readPictures(source.testOnly === true ? [test] : [limited, test], {
      folder,
      decoder: source.decoder,
      size: size ?? form ?? null,
      channels: wanted as 1 | 3 | null,
      skipBroken,
    });
    const datasets = read.parts.map((part) =>
      datasetOf(
        part,
        read.form,
        found.classNames.map((name) => printable(name)),
        folder.path,
      ),
    );
    const [testPart, trainPart] = [read.parts.at(-1)!, read.parts[0]!];
    return {
      train: datasets[0]!,
      test: datasets.at(-1)!,
      paths: trainPart.paths,
      testPaths: testPart.paths,
      notes: [...notes, ...read.notes],
    };
  },
  write: writePictures,
};

function partsOf(
  { train, test }: ClassFolders,
  notes: string[],
): { train: ClassFolders["train"]; test: ClassFolders["train"] } {
  if (test !== null) return { train, test };
  const split = splitOff(train.map(({ label }) => label));
  if (split.test.length === 0) {
    throw new DataError("no class has two images, of which one could be a test image", [
      "add images, or a folder test/",
    ]);
  }
  notes.push(splitNote(split.test.length, train.length));
  const pick = (indices: Int32Array): ClassFolders["train"] => Array.from(indices, (at) => train[at]!);
  return { train: pick(split.train), test: pick(split.test) };
}

function datasetOf(
  { images, labels }: PictureArrays,
  form: { readonly height: number; readonly width: number; readonly channels: number },
  classNames: readonly string[],
  path: string,
): Dataset {
  if (labels.length === 0) throw new DataError(`${path}: a part of the set has no image that can be read`);
  const { height, width, channels } = form;
  return { images, labels, count: labels.length, height, width, channels, classes: classNames.length, classNames };
}

/**
 * Images that did not change keep their file, byte by byte, and its name; changed ones become PNG; where the label changed they
 * lie in the folder of the new class. A set without a test part gets the folders `train` and `test`, so that its split stays.
 */
async function* writePictures(
  { train, paths = [], testPaths = [] }: DatasetParts,
  { source, kept, changed }: WriteOptions<ImageFolderOptions>,
): AsyncGenerator<WrittenFile> {
  const folder = source.folder!;
  const layout = classFoldersOf(await folder.list(), folder.path);
  const labels = new Map([...layout.train, ...(layout.test ?? [])].map(({ path, label }) => [path, label]));
  const isSplit = layout.test !== null;
  const placed = (path: string, part: "train" | "test"): string => (isSplit ? path : `${part}/${path}`);
  const depth = layout.depth + (isSplit ? 0 : 1); // of the class's name in a path
  const stays = (index: number): boolean => !changed.has(index) && labels.get(paths[index]!) === train.labels[index];
  for (const path of testPaths) yield { name: placed(path, "test"), content: await folder.read(path) };
  const used = new Set<string>();
  const filled = new Set([...testPaths.map((path) => labels.get(path)!), ...kept.map((index) => train.labels[index]!)]);
  const above = placed(paths[0]!, "train").split("/").slice(0, depth);
  for (const [label, name] of layout.classNames.entries()) {
    if (!filled.has(label)) yield { name: `${[...above, name].join("/")}/`, content: "" };
  }
  for (const index of kept) if (stays(index)) freeName(placed(paths[index]!, "train"), used);
  for (const index of kept) {
    const path = paths[index]!;
    if (stays(index)) {
      yield { name: placed(path, "train"), content: await folder.read(path), image: index };
      continue;
    }
    const parts = placed(path, "train").split("/");
    parts[depth] = layout.classNames[train.labels[index]!]!;
    const name = parts.join("/");
    if (!changed.has(index)) yield { name: freeName(name, used), content: await folder.read(path), image: index };
    else {
      const bytes = imageBytes(train);
      const pixels = train.images.subarray(index * bytes, (index + 1) * bytes);
      yield {
        name: freeName(name.replace(/\.[^./]*$/, ".png"), used),
        content: await encodePng({ ...train, pixels }),
        image: index,
      };
    }
  }
}
