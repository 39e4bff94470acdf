import type { OptionTable } from "../options/option.ts";
import type { Dataset } from "./dataset.ts";
import type { Folder } from "./folder.ts";

/** Where images come from. */
export interface DatasetSource<O> {
  /** Null for a format that reads no folder. */
  readonly folder: Folder | null;
  readonly options: O;
  /** For formats that draw. */
  readonly seed: number;
  /** How many training images are wanted at most: the first ones. A format need not read more. Null: all. */
  readonly limit: number | null;
  /** Only the test images are wanted: a format gives them as `train` too, and needs no files of the other part. */
  readonly testOnly?: boolean | undefined;
}

/** Both parts of a dataset. */
export interface DatasetParts {
  readonly train: Dataset;
  readonly test: Dataset;
  /** The test images have no labels; those in `test` are 0. Only where no more than the test images was asked for. */
  readonly unlabelled?: boolean | undefined;
  /** The files behind `train`, in its order, where there are several: {@link DatasetFormat.write} keeps them. */
  readonly files?: readonly { readonly name: string; readonly count: number }[] | undefined;
}

/** A way to store labelled images, in bytes: it opens no file itself. */
export interface DatasetFormat<O extends object = object> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly options: OptionTable<O>;
  /** Names of its classes, by label, where they are the same in every set. */
  readonly classNames?: readonly string[] | undefined;
  /** Whether it reads a folder (`--data DIR`) or needs none. */
  readonly reads: "folder" | "nothing";
  /** Whether the names of a folder's files are those of this format. */
  detect(names: readonly string[]): boolean;
  /** @throws DataError naming the file, its size and what is expected, when one is missing or damaged. */
  read(source: DatasetSource<O>): Promise<DatasetParts>;
  /**
   * The files of a dataset from which some training images are left out.
   *
   * @param parts - what `read` gave; the images may have been poisoned since.
   * @param kept - indices of the training images that stay, ascending.
   * @returns contents by file name.
   */
  write(parts: DatasetParts, kept: readonly number[]): ReadonlyMap<string, Uint8Array | string>;
}
