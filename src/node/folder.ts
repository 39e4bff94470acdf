import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Folder } from "../data/folder.ts";
import { DataError } from "../tensor/errors.ts";
import { reasonOf } from "./file-reason.ts";
import { withFile } from "./read-file.ts";

/**
 * A folder of this machine, for the dataset formats. Nothing is read before it is asked for, and regular files only.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { openFolder, writeAtomically } from "deconfound/node";
 *
 * const path = mkdtempSync(`${tmpdir()}/example-`);
 * writeAtomically(`${path}/a.bin`, Uint8Array.of(1, 2, 3));
 * const folder = openFolder(path);
 * console.log(String(await folder.list()), String(await folder.read("a.bin", { from: 1, to: 3 }))); // a.bin 2,3
 * rmSync(path, { recursive: true });
 * ```
 */
export function openFolder(path: string): Folder {
  return {
    path,
    async list() {
      try {
        return await readdir(path);
      } catch (error) {
        throw new DataError(`${path}: cannot be read, ${reasonOf(error)}`);
      }
    },
    size: (name) => withFile(join(path, name), async ({ size }) => size),
    read: (name, part) =>
      withFile(join(path, name), (file) => file.read(part?.from ?? 0, part === undefined ? file.size : part.to)),
  };
}
