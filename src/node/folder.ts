import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Folder } from "../data/folder.ts";
import { comparePaths } from "../data/folder.ts";
import { DataError } from "../tensor/errors.ts";
import { reasonOf } from "./file-reason.ts";
import { withFile } from "./read-file.ts";

/**
 * A folder of this machine, for the dataset formats. Nothing is read before it is asked for, and regular files only. Links are
 * followed.
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
        const found: string[] = [];
        await listBelow(path, "", [await realpath(path)], found);
        return found.sort(comparePaths);
      } catch (error) {
        if (error instanceof DataError) throw error;
        throw new DataError(`${path}: cannot be read, ${reasonOf(error)}`);
      }
    },
    size: (name) => withFile(join(path, name), async ({ size }) => size),
    read: (name, part) =>
      withFile(join(path, name), (file) => file.read(part?.from ?? 0, part === undefined ? file.size : part.to)),
  };
}

const deepest = 8; // folders below each other; no dataset has more than five
const most = 2 ** 22; // files

/** @param above - the real paths of the folder and those around it: a link to one of them would never end. */
async function listBelow(root: string, below: string, above: readonly string[], found: string[]): Promise<void> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith("."));
  if (visible.length === 0 && below !== "") found.push(`${below}/`);
  for (const entry of visible) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    const folder = await isFolder(join(root, name), entry);
    if (!folder) found.push(name);
    if (found.length > most)
      throw new DataError(`${root}: holds more than ${most} files; name the folder of the set itself`);
    if (!folder) continue;
    if (above.length > deepest) {
      throw new DataError(`${join(root, name)}: lies ${deepest} folders deep; name the folder of the set itself`);
    }
    const real = await realpath(join(root, name));
    if (above.includes(real))
      throw new DataError(`${join(root, name)}: cannot be read, its links go round in a circle`);
    await listBelow(root, name, [...above, real], found);
  }
}

/** Pipes, devices and links that lead nowhere count as files, so that whoever reads one is told what it is. */
async function isFolder(path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
