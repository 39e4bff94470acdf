import type { OptionTable } from "../../options/option.ts";
import { DataError } from "../../tensor/errors.ts";
import { printable } from "../../tensor/printable.ts";
import type { Dataset } from "../dataset.ts";
import type { DatasetFormat } from "../dataset-format.ts";
import type { GtsrbFile } from "../gtsrb-files.ts";
import { gtsrbFiles, hasGtsrbTables } from "../gtsrb-files.ts";
import { gtsrbNames } from "../gtsrb-names.ts";
import { writeGtsrb } from "../gtsrb-write.ts";
import type { PictureArrays, PictureFile } from "../read-pictures.ts";
import { readPictures } from "../read-pictures.ts";
import type { ImageSize } from "../size-form.ts";
import { sizeForm } from "../size-form.ts";
import { splitNote, splitOff, takeEvenly } from "../split.ts";

/** How GTSRB is read. */
export interface GtsrbOptions {
  readonly size: ImageSize | null;
  readonly roi: boolean;
  readonly skipBroken: boolean;
}

const options: OptionTable<GtsrbOptions> = {
  size: {
    kind: "parsed",
    default: { height: 32, width: 32 },
    form: sizeForm,
    doc: "N or HxW, what images are resized to",
    flag: "size",
  },
  roi: {
    kind: "boolean",
    default: false,
    doc: "cut out the sign, as the tables say, before the resizing",
    flag: "roi",
  },
  skipBroken: { kind: "boolean", default: false, doc: "leave out images that cannot be read", flag: "skip-broken" },
};

/**
 * The German Traffic Sign Recognition Benchmark as it is published: PPM pictures of many sizes, and tables of their classes; or as
 * Kaggle distributes it: PNG pictures, and one table per part.
 *
 * No mirroring: a mirrored sign is another one (keep left, keep right) or none. Pictures of one track show the same sign on 30
 * frames, so where there is no test part a track stays together.
 *
 * Source: Stallkamp et al., Neural Networks 32, 2012; https://benchmark.ini.rub.de
 */
export const gtsrb: DatasetFormat<GtsrbOptions> = {
  name: "gtsrb",
  summary:
    "GTSRB's original files, Final_Training/Images/CCCCC/*.ppm with GT-CCCCC.csv, Final_Test/Images with GT-final_test.csv; or Kaggle's, Train.csv and Test.csv beside Train/ and Test/",
  options,
  classNames: gtsrbNames,
  reads: "folder",
  detect: hasGtsrbTables,
  async read(source) {
    const folder = source.folder!;
    const { size, roi, skipBroken } = source.options;
    const found = await gtsrbFiles(await folder.list(), folder);
    const notes = unlistedNote(found.unlisted);
    const { train, test } =
      source.testOnly === true && found.test !== null ? { train: [], test: found.test } : partsOf(found, notes);
    const limited = Array.from(
      takeEvenly(
        train.map(({ label }) => label),
        source.limit,
      ),
      (at) => train[at]!,
    );
    const files = (part: readonly GtsrbFile[]): readonly PictureFile[] =>
      part.map(({ path, label, sign }) => ({ path, label, crop: roi ? (sign ?? undefined) : undefined }));
    const read = await readPictures(source.testOnly === true ? [files(test)] : [files(limited), files(test)], {
      folder,
      decoder: source.decoder,
      size: source.forModel ?? size,
      channels: 3,
      skipBroken,
    });
    const [trainPart, testPart] = [read.parts[0]!, read.parts.at(-1)!];
    const dataset = ({ images, labels }: PictureArrays): Dataset => {
      if (labels.length === 0) throw new DataError(`${folder.path}: a part of the set has no image that can be read`);
      const { height, width } = read.form;
      const classes = { classes: gtsrbNames.length, classNames: gtsrbNames, flip: false } as const;
      return { images, labels, count: labels.length, height, width, channels: 3, ...classes };
    };
    return {
      train: dataset(trainPart),
      test: dataset(testPart),
      paths: trainPart.paths,
      testPaths: testPart.paths,
      notes: [...notes, ...read.notes],
    };
  },
  write: writeGtsrb,
};

function unlistedNote(unlisted: readonly string[]): string[] {
  if (unlisted.length === 0) return [];
  return [`images that no table names are left out: ${unlisted.length}, the first is ${printable(unlisted[0]!)}`];
}

function partsOf(
  { train, test }: { readonly train: readonly GtsrbFile[]; readonly test: readonly GtsrbFile[] | null },
  notes: string[],
): { train: readonly GtsrbFile[]; test: readonly GtsrbFile[] } {
  if (train.length === 0)
    throw new DataError("there is no training image", ["expects CCCCC/*.ppm beside GT-CCCCC.csv, or Train.csv"]);
  if (test !== null) return { train, test };
  const tracks = train.map(({ file }) => /^(.+)_/.exec(file)?.[1] ?? file); // TRACK_FRAME, or CLASS_TRACK_FRAME
  const split = splitOff(
    train.map(({ label }) => label),
    tracks,
  );
  if (split.test.length === 0) throw new DataError("no class has two tracks, of which one could be test images");
  notes.push(splitNote(split.test.length, train.length, "track"));
  const pick = (indices: Int32Array): readonly GtsrbFile[] => Array.from(indices, (at) => train[at]!);
  return { train: pick(split.train), test: pick(split.test) };
}
