import { decompress, decompressHead } from "../../formats/compression.ts";
import { DataError } from "../../tensor/errors.ts";
import { completeParts } from "../complete-parts.ts";
import type { Dataset } from "../dataset.ts";
import { selectImages } from "../dataset.ts";
import type { DatasetFormat, WrittenFile } from "../dataset-format.ts";
import type { Folder } from "../folder.ts";
import { checkIdxSize, encodeIdx, idxFileSize, idxLabels, longestIdxHeader, readIdxHeader } from "../idx-array.ts";
import { subFolder } from "../sub-folder.ts";

/** `train-images-idx3-ubyte.gz`, `t10k-labels.idx1-ubyte`, `emnist-letters-test-images-idx3-ubyte`. */
const ownName = /(?:^|[-_.])(train|t10k|test)[-_.](images|labels)[-_.]idx\d[-_.](?:ubyte|byte|int|short)(\.gz)?$/i;
const isOwn = (name: string): boolean => ownName.test(name);

/**
 * A folder with the IDX files of MNIST, Fashion-MNIST, EMNIST or KMNIST, or with one folder that has them: `train-images-idx3-ubyte`,
 * `train-labels-idx1-ubyte`, and the same of `t10k`, plain or gzipped. Grey images; a fourth axis of 1 or 3 channels is read as well.
 *
 * No mirroring: most of these sets are characters, and a mirrored one is none, or another (b and d).
 */
export const idx: DatasetFormat = {
  name: "idx",
  summary: "MNIST's IDX files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…, plain or .gz",
  options: {},
  reads: "folder",
  detect: (names) => names.some((name) => isOwn(name.slice(name.lastIndexOf("/") + 1))),
  async read(source) {
    const { folder, names } = subFolder(source.folder!, await source.folder!.list(), isOwn);
    const parts = [
      await readPart(folder, names, /train/i, "train"),
      await readPart(folder, names, /t10k|test/i, "t10k"),
    ];
    const [train, test] = parts as [Dataset | null, Dataset | null];
    const only = source.testOnly === true ? (test ?? train) : (train ?? test);
    if (only === null) {
      throw new DataError(`${folder.path}: no images`, ["expects train-images-idx3-ubyte and train-labels-idx1-ubyte"]);
    }
    const isWhole = train === null || test === null;
    const { chosen: _, ...complete } = completeParts(
      isWhole ? only : train,
      isWhole ? null : test,
      source,
      folder.path,
    );
    return complete;
  },
  async *write({ train, test }, { kept }) {
    yield* encodePart(selectImages(train, kept), "train");
    yield* encodePart(test, "t10k");
  },
};

/** Plain before gzipped. */
function fileOf(names: readonly string[], part: RegExp, kind: string): string | undefined {
  const found = names.filter((name) => {
    const [, itsPart = "", itsKind = ""] = ownName.exec(name) ?? [];
    return part.test(itsPart) && itsKind.toLowerCase() === kind;
  });
  return found.find((name) => !/\.gz$/i.test(name)) ?? found[0];
}

/** @returns null where neither file is there. @throws DataError where one is missing or does not fit the other. */
async function readPart(
  folder: Folder,
  names: readonly string[],
  part: RegExp,
  called: string,
): Promise<Dataset | null> {
  const [images, labels] = [fileOf(names, part, "images"), fileOf(names, part, "labels")];
  if (images === undefined && labels === undefined) return null;
  if (images === undefined || labels === undefined) {
    const missing = images === undefined ? `${called}-images-idx3-ubyte` : `${called}-labels-idx1-ubyte`;
    throw new DataError(`${folder.path}: no ${missing} beside ${images ?? labels}`);
  }
  const [path, labelPath] = [`${folder.path}/${images}`, `${folder.path}/${labels}`];
  const file = await readIdx(folder, images);
  const { shape, bytes, signed, start } = readIdxHeader(file, path);
  const [count, height, width, channels = 1] = shape as [number, number, number, number?];
  if (shape.length < 3 || bytes !== 1 || signed || (channels !== 1 && channels !== 3)) {
    throw new DataError(`${path}: holds ${shape.join("×")} values of ${bytes} bytes`, [
      "expects images: bytes without sign, (n, height, width) or (n, height, width, 1 or 3)",
    ]);
  }
  const numbers = idxLabels(await readIdx(folder, labels), labelPath);
  if (numbers.length !== count) throw new DataError(`${labelPath}: has ${numbers.length} labels for ${count} images`);
  const most = numbers.reduce((a, b) => Math.max(a, b), 0);
  const wrong = numbers.findIndex((label) => label < 0 || label > 65535);
  if (wrong >= 0) throw new DataError(`${labelPath}: label ${numbers[wrong]} of image ${wrong}; expects 0 … 65535`);
  const form = { count, height, width, channels, classes: most + 1, flip: false } as const;
  return { images: file.subarray(start), labels: numbers, ...form };
}

/** A whole file. What it unpacks to is known from its header, so that no more is unpacked. */
async function readIdx(folder: Folder, name: string): Promise<Uint8Array> {
  const path = `${folder.path}/${name}`;
  if (!/\.gz$/i.test(name)) {
    const size = await folder.size(name);
    checkIdxSize(
      size,
      readIdxHeader(await folder.read(name, { from: 0, to: Math.min(size, longestIdxHeader) }), path),
      path,
    );
    return folder.read(name);
  }
  const packed = await folder.read(name);
  const header = readIdxHeader(await decompressHead(packed, "gzip", longestIdxHeader, path), path);
  const file = await decompress(packed, "gzip", idxFileSize(header), path);
  checkIdxSize(file.length, header, path);
  return file;
}

function* encodePart(
  { images, labels, count, height, width, channels }: Dataset,
  part: string,
): Generator<WrittenFile> {
  const shape = [count, height, width, ...(channels === 1 ? [] : [channels])];
  yield { name: `${part}-images-idx${shape.length}-ubyte`, content: encodeIdx(images, shape) };
  const wide = labels.some((label) => label > 255);
  const values = wide ? bigEndian(labels) : Uint8Array.from(labels);
  yield { name: `${part}-labels-idx1-${wide ? "int" : "ubyte"}`, content: encodeIdx(values, [count], wide ? 12 : 8) };
}

function bigEndian(labels: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * labels.length));
  for (const [i, label] of labels.entries()) view.setInt32(4 * i, label);
  return new Uint8Array(view.buffer);
}
