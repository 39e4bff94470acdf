/** A folder of files, as a dataset format sees it. `node` makes one of a path; a page or a test can make its own. */
export interface Folder {
  /** What errors call it. */
  readonly path: string;
  /** Names of the files in it. */
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
