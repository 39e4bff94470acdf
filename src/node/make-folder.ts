import { closeSync, mkdirSync, openSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DataError } from "../tensor/errors.ts";
import { temporaryName } from "./atomic-file.ts";
import { reasonOf } from "./file-reason.ts";

/**
 * Makes a folder, and proves that a file can be written in it.
 *
 * @throws DataError with the system's reason.
 * @example
 * ```ts
 * import { existsSync, mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { makeWritableFolder } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * await makeWritableFolder(`${folder}/runs/1`);
 * console.log(existsSync(`${folder}/runs/1`)); // true
 * rmSync(folder, { recursive: true });
 * ```
 */
export async function makeWritableFolder(path: string): Promise<void> {
  try {
    makeFolder(resolve(path));
    const probe = temporaryName(join(path, ".writable"));
    closeSync(openSync(probe, "w"));
    rmSync(probe);
  } catch (error) {
    throw new DataError(`${path}: cannot be written, ${reasonOf(error)}`);
  }
}

/** Node's own recursive mkdir never ends where a folder exists and refuses children as if it did not, as /proc does. */
function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = path; statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    try {
      mkdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // another process was faster
    }
  }
  if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: "EEXIST" });
}
