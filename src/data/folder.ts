/** A folder of files, as a dataset format sees it. `node` makes one of a path; a page or a test can make its own. */
export interface Folder {
  /** What errors call it. */
  readonly path: string;
  /**
   * The files in it and in the folders below it, as paths from it with `/` between the names: `train/cat/1.png`. Sorted by
   * {@link comparePaths}. Files and folders whose names begin with a dot are left out; a folder with nothing else in it is listed
   * with a `/` at its end.
   *
   * @throws DataError if it cannot be read, or holds far more than a dataset does.
   */
  list(): Promise<readonly string[]>;
  /** Bytes of a file. @throws DataError if there is no such file. */
  size(name: string): Promise<number>;
  /**
   * A file, or a part of it.
   *
   * @param part - bytes `from` up to `to`. @defaultValue all
   * @throws DataError if it cannot be read, or ends before `to`.
   */
  read(name: string, part?: { readonly from: number; readonly to: number }): Promise<Uint8Array>;
}

/**
 * The order of paths in a folder: name by name, each by its UTF-16 code units. So `a/2` comes before `a-b/1`, and the classes of an
 * image folder come in the order of their names, as in torchvision's `ImageFolder`.
 *
 * @returns a negative number where `a` comes first, a positive one where `b` does, 0 for equal paths.
 * @example
 * ```ts
 * import { comparePaths } from "deconfound/data";
 *
 * console.log(["b/1.png", "a-b/1.png", "a/10.png", "a/9.png"].sort(comparePaths).join(" ")); // a/10.png a/9.png a-b/1.png b/1.png
 * ```
 */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let at = 0; at < left.length && at < right.length; at++) {
    if (left[at] !== right[at]) return left[at]! < right[at]! ? -1 : 1;
  }
  return left.length - right.length;
}
