import { encodeZip } from "../../formats/encode-zip.ts";
import { encodeNpy } from "../../formats/npy.ts";
import { DataError } from "../../tensor/errors.ts";
import { completeParts } from "../complete-parts.ts";
import type { Dataset } from "../dataset.ts";
import { selectImages } from "../dataset.ts";
import type { DatasetFormat } from "../dataset-format.ts";
import type { NamedArray } from "../numpy-arrays.ts";
import { imagesOf, labelsOf, listArrays, roleOf } from "../numpy-arrays.ts";

/**
 * A folder with NumPy arrays of images and labels: in one `.npz` archive or several, or in `.npy` files. What an array is, its name
 * says: `x_train`, `train_images`, `images` and the like; `y_train`, `train_labels`, `labels`; `test` or `val` for the test part.
 *
 * Images are uint8, `(n, h, w)`, `(n, h, w, c)` or `(n, c, h, w)` with 1 or 3 channels; labels are integers or booleans, `(n)` or `(n, 1)`.
 */
export const numpy: DatasetFormat = {
  name: "numpy",
  summary: "NumPy arrays in .npz or .npy files: x_train u8 (n,h,w,c), y_train, x_test, y_test; or images, labels",
  options: {},
  reads: "folder",
  detect: (names) =>
    names.some((name) => /\.npz$/i.test(name)) ||
    (["images", "labels"] as const).every((kind) =>
      names.some((name) => /\.npy$/i.test(name) && roleOf(name.slice(0, -4)).kind === kind),
    ),
  async read(source) {
    const folder = source.folder!;
    const arrays = await listArrays(folder, await folder.list());
    const train = await partOf(arrays, ["train", "all"], folder.path);
    const test = await partOf(arrays, ["test", "val"], folder.path);
    if (source.testOnly === true && test !== null) {
      const { chosen: _, ...parts } = completeParts(test.dataset, test.dataset, source, folder.path);
      return { ...parts, unlabelled: test.unlabelled };
    }
    if (train === null) {
      const found = arrays.map(({ name }) => name).join(", ");
      throw new DataError(`${folder.path}: no array of training images among ${found}`, [
        "expects x_train and y_train, or images and labels",
      ]);
    }
    const bare = [train, test].find((part) => part?.unlabelled === true);
    if (bare != null) throw new DataError(`${folder.path}: ${bare.name} has no array of labels beside it`);
    const { chosen: _, ...parts } = completeParts(train.dataset, test?.dataset ?? null, source, folder.path);
    const both = ["test", "val"].every((part) =>
      arrays.some(({ role }) => role.part === part && role.kind === "images"),
    );
    const notes = both ? ["the validation images are left out: the test images are the test part"] : [];
    return { ...parts, notes: [...(parts.notes ?? []), ...notes] };
  },
  async *write({ train, test }, { source, kept }) {
    const parts = { train: selectImages(train, kept), test };
    const files = (["train", "test"] as const).flatMap((part) => [
      { name: `x_${part}.npy`, content: encodeNpy({ shape: shapeOf(parts[part]), data: parts[part].images }) },
      { name: `y_${part}.npy`, content: encodeNpy({ shape: [parts[part].count], data: parts[part].labels }) },
    ]);
    const archives = (await source.folder!.list()).filter((name) => /\.npz$/i.test(name));
    if (archives.length === 0) yield* files;
    else yield { name: archives.length === 1 ? archives[0]! : "dataset.npz", content: encodeZip(files) };
  },
};

const shapeOf = ({ count, height, width, channels }: Dataset): readonly number[] => [count, height, width, channels];

interface Part {
  readonly dataset: Dataset;
  readonly unlabelled: boolean;
  /** Of the array of images. */
  readonly name: string;
}

/** The first of some parts that has images. */
async function partOf(arrays: readonly NamedArray[], parts: readonly string[], path: string): Promise<Part | null> {
  for (const part of parts) {
    const find = (kind: string): NamedArray | undefined => {
      const found = arrays.filter(({ role }) => role.part === part && role.kind === kind);
      if (found.length > 1)
        throw new DataError(`${path}: both ${found[0]!.name} and ${found[1]!.name} may be its ${kind}`);
      return found[0];
    };
    const images = find("images");
    if (images === undefined) continue;
    const pixels = imagesOf(await images.read(), `${path}/${images.name}`);
    const given = find("labels");
    const labels =
      given === undefined
        ? new Int32Array(pixels.count)
        : labelsOf(await given.read(), pixels.count, `${path}/${given.name}`);
    const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
    return { dataset: { ...pixels, labels, classes }, unlabelled: given === undefined, name: images.name };
  }
  return null;
}
