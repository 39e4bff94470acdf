import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { WrittenFile } from "../data/dataset-format.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { temporaryName } from "./atomic-file.ts";
import { reasonOf } from "./file-reason.ts";
import { makeWritableFolder } from "./make-folder.ts";

/**
 * Writes a new folder, file by file: under a temporary name beside it, which becomes `path` when all is written. So `path` holds
 * everything or does not exist.
 *
 * @throws ConfigError if `path` holds files already; DataError with the system's reason when it cannot be written; what `files` throws.
 * @example
 * ```ts
 * import { mkdtempSync, readFileSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { writeFolder } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * async function* files() {
 *   yield { name: "cat/1.txt", content: "first" };
 * }
 * await writeFolder(`${folder}/set`, files());
 * console.log(readFileSync(`${folder}/set/cat/1.txt`, "utf8")); // first
 * rmSync(folder, { recursive: true });
 * ```
 */
export async function writeFolder(path: string, files: AsyncIterable<WrittenFile>): Promise<void> {
  const target = resolve(path);
  await checkUnusedFolder(path);
  const temporary = temporaryName(target);
  try {
    const made = new Set([temporary]);
    rmSync(temporary, { recursive: true, force: true }); // of a killed process that had this one's number
    mkdirSync(temporary);
    for await (const { name, content } of files) {
      const isFolder = name.endsWith("/");
      const file = join(temporary, ...(isFolder ? name.slice(0, -1) : name).split("/").map(checkedName));
      const folder = isFolder ? file : dirname(file);
      if (!made.has(folder)) mkdirSync(folder, { recursive: true });
      made.add(folder);
      if (!isFolder) writeFileSync(file, content, { flag: "wx" });
    }
    if (existsSync(target)) rmdirSync(target);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new DataError(`${path}: cannot be written, ${reasonOf(error)}`);
  }
}

/**
 * Makes sure that {@link writeFolder} can write a folder, before the work that goes into it is done.
 *
 * @throws ConfigError for a folder that holds files; DataError for a path that is a file, or cannot be written.
 * @example
 * ```ts
 * import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { checkUnusedFolder } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * await checkUnusedFolder(folder);
 * writeFileSync(`${folder}/1.txt`, "first");
 * console.log(await checkUnusedFolder(folder).catch(({ name }) => name)); // ConfigError
 * rmSync(folder, { recursive: true });
 * ```
 */
export async function checkUnusedFolder(path: string): Promise<void> {
  let names: readonly string[] = [];
  try {
    names = readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new DataError(`${path}: cannot be written, ${reasonOf(error)}`);
    }
  }
  if (names.length > 0) {
    throw new ConfigError(`${path}: holds "${printable(names[0]!)}" and is not written over; name a new folder`);
  }
  await makeWritableFolder(dirname(resolve(path)));
}

/** Names come from the files of others: none may lead out of the folder. */
function checkedName(name: string): string {
  if (name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name)) return name;
  throw new DataError(`"${printable(name)}" is not a name for a file`);
}
