import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { decodePicture } from "../data/decode-picture.ts";
import { eachAtOnce } from "../data/each-at-once.ts";
import { isPictureName } from "../data/picture-kind.ts";
import { openFolder, readBytes, sharpDecoder } from "../node/index.ts";
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { ModelHeader } from "./model-file.ts";

/** A file that is not a picture, or cannot be read. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** The pictures that could be read, in the order in which they were named. */
export interface ImageFiles {
  readonly images: Dataset;
  /** One per image. */
  readonly paths: readonly string[];
  readonly unreadable: readonly Unreadable[];
}

/**
 * Reads picture files as a model takes them.
 *
 * @param places - files, and folders of which every picture counts, in folders below them too.
 * @throws DataError for a folder without pictures, if no picture can be read, and for a model of neither 1 nor 3 channels.
 */
export async function readImageFiles(places: readonly string[], header: ModelHeader): Promise<ImageFiles> {
  const { height, width, channels, classes } = header;
  if (channels !== 1 && channels !== 3) {
    throw new DataError(`the model is for images of ${channels} channels; picture files have 1 or 3`);
  }
  const files = (await Promise.all(places.map(filesAt))).flat();
  const bytes = height * width * channels;
  const all = new Uint8Array(files.length * bytes);
  const reasons = new Map<number, string>();
  await eachAtOnce(files, async (path, at) => {
    try {
      all.set(await decodePicture(await readBytes(path), { height, width, channels }, sharpDecoder), at * bytes);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      reasons.set(at, reasonIn(error, path));
    }
  });
  const unreadable = [...reasons].sort(([a], [b]) => a - b).map(([at, reason]) => ({ path: files[at]!, reason }));
  const good = files.flatMap((_, at) => (reasons.has(at) ? [] : [at]));
  if (good.length === 0) {
    const [first] = unreadable as [Unreadable];
    const count = files.length === 1 ? "the image" : `none of the ${files.length} images`;
    throw new DataError(
      files.length === 1
        ? `${printable(first.path, 200)}: ${first.reason}`
        : `${count} can be read; the first is ${printable(first.path, 200)}: ${first.reason}`,
    );
  }
  for (const [to, from] of good.entries()) all.copyWithin(to * bytes, from * bytes, (from + 1) * bytes);
  const count = good.length;
  const images = all.subarray(0, count * bytes);
  return {
    images: { images, labels: new Int32Array(count), count, height, width, channels, classes },
    paths: good.map((at) => files[at]!),
    unreadable,
  };
}

/** A file itself; of a folder its pictures. */
async function filesAt(place: string): Promise<string[]> {
  const facts = await stat(place).catch(() => undefined); // what is wrong is said when it is read
  if (facts?.isDirectory() !== true) return [place];
  const names = (await openFolder(place).list()).filter(isPictureName);
  if (names.length > 0) return names.map((name) => join(place, name));
  throw new DataError(`${printable(place, 200)}: holds no picture: JPEG, PNG, WebP, PPM or PGM`, [
    "--data DIR predicts for the test images of a data set in another format",
  ]);
}

function reasonIn(error: DataError, path: string): string {
  const message = error.message
    .split("\n")
    .map((line) => line.trim())
    .join("; ");
  return message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
}
