import type { OptionTable } from "../options/option.ts";
import type { Dataset } from "./dataset.ts";
import type { Folder } from "./folder.ts";
import type { ImageDecoder } from "./image-decoder.ts";

/** Where images come from. */
export interface DatasetSource<O> {
  /** Null for a format that reads no folder. */
  readonly folder: Folder | null;
  readonly options: O;
  /** For formats that draw their images. */
  readonly seed: number;
  /**
   * How many training images are wanted at most. A format need not read more. Formats whose files hold one class after the other
   * take them evenly from all classes, the first ones of each; the others take the first ones. Null: all.
   */
  readonly limit: number | null;
  /** Only the test images are wanted: a format gives them as `train` too, and needs no files of the other part. */
  readonly testOnly?: boolean | undefined;
  /** For formats of compressed pictures. */
  readonly decoder?: ImageDecoder | undefined;
  /** What a trained model takes, where the images are for one: formats that can resize or name classes follow it. */
  readonly forModel?: ModelForm | undefined;
}

/** The images and classes that a model was trained on. */
export interface ModelForm {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  readonly classNames?: readonly string[] | undefined;
}

/** Both parts of a dataset. */
export interface DatasetParts {
  readonly train: Dataset;
  readonly test: Dataset;
  /** The test images have no labels; those in `test` are 0. Only where no more than the test images was asked for. */
  readonly unlabelled?: boolean | undefined;
  /** The files behind `train`, in its order, where there are several with many images each: {@link DatasetFormat.write} keeps them. */
  readonly files?: readonly { readonly name: string; readonly count: number }[] | undefined;
  /** One path in the folder per training image, where each has a file of its own. */
  readonly paths?: readonly string[] | undefined;
  /** The same of the test images. */
  readonly testPaths?: readonly string[] | undefined;
  /** Whole sentences that the user must be told: what was drawn, resized, left out. */
  readonly notes?: readonly string[] | undefined;
}

/** A file to write. */
export interface WrittenFile {
  /** Path in the new folder, with `/` between names; with one at the end it is an empty folder. */
  readonly name: string;
  readonly content: Uint8Array | string;
  /** The training image that it holds, by its index before writing, where each has a file of its own. */
  readonly image?: number | undefined;
}

/** What is to be written of a dataset. */
export interface WriteOptions<O> {
  /** What `read` got: files of images that did not change are copied from its folder. */
  readonly source: DatasetSource<O>;
  /** Indices of the training images that stay, ascending. */
  readonly kept: readonly number[];
  /** Indices of the training images whose pixels are not those that `read` gave. Labels are compared by the format itself. */
  readonly changed: ReadonlySet<number>;
}

/** A way to store labelled images, in bytes: it opens no file itself. */
export interface DatasetFormat<O extends object = object> {
  readonly name: string;
  /** One line: the files that it reads. */
  readonly summary: string;
  readonly options: OptionTable<O>;
  /** Names of its classes, by label, where they are the same in every set. */
  readonly classNames?: readonly string[] | undefined;
  /**
   * Names of a set's classes, by label, where its paths say them.
   *
   * @param names - what `folder.list()` gave.
   * @throws DataError for a folder that the format cannot read.
   */
  classNamesIn?(names: readonly string[], folder: Folder): readonly string[];
  /** Whether it reads a folder (`--data DIR`) or needs none. */
  readonly reads: "folder" | "nothing";
  /**
   * Whether a folder is of this format. At most one format should say so: it tells its own files from those of others.
   *
   * @param names - what `folder.list()` gave. Sizes and first bytes of files may be asked for as well.
   */
  detect(names: readonly string[], folder: Folder): boolean | Promise<boolean>;
  /** @throws DataError naming the file, its size and what is expected, when one is missing or damaged. */
  read(source: DatasetSource<O>): Promise<DatasetParts>;
  /**
   * The files of a dataset, one by one, so that a large one is never held twice. Reading them back gives the same images and labels;
   * where each image has a file of its own, in the order of the new paths.
   *
   * @param parts - what `read` gave; images and labels of `train` may have changed since. Test images are written as they are.
   */
  write(parts: DatasetParts, options: WriteOptions<O>): AsyncIterable<WrittenFile>;
}
