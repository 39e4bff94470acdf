import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { env } from "node:process";
import type { Tuning } from "../kernels/index.ts";
import { parseTuning } from "../kernels/index.ts";
import { parseJson } from "../tensor/json.ts";
import { writeAtomically } from "./atomic-file.ts";
import { makeWritableFolder } from "./make-folder.ts";
import { readText } from "./read-file.ts";

/**
 * Where the command line keeps the tuning: `$XDG_CACHE_HOME/deconfound/tuning.json`, `~/.cache` without that variable.
 *
 * @returns undefined where there is no home folder either, as in containers that run under a free user number.
 * @example
 * ```ts
 * import { defaultTuningPath } from "deconfound/node";
 *
 * const path = defaultTuningPath();
 * console.log(path === undefined || path.endsWith("tuning.json")); // true
 * ```
 */
export function defaultTuningPath(): string | undefined {
  // the XDG base directory specification ignores relative paths
  const cache = [env["XDG_CACHE_HOME"], homeCache()].find((path) => path !== undefined && isAbsolute(path));
  return cache === undefined ? undefined : join(cache, "deconfound", "tuning.json");
}

function homeCache(): string | undefined {
  try {
    return join(homedir(), ".cache");
  } catch {
    return undefined; // no HOME, and no account of this user's number
  }
}

const largest = 2 ** 24; // bytes; `tune` writes some kilobytes

/**
 * Reads a tuning that {@link writeTuning} or `deconfound tune` wrote.
 *
 * @throws DataError when the file cannot be read, is not JSON, or is not a tuning.
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { readTuning, writeAtomically } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * const facts = { library: "0.1.0", date: "2026-01-01", adapter: "some GPU", clock: "wall", classes: {} };
 * writeAtomically(`${folder}/tuning.json`, JSON.stringify({ format: "deconfound tuning 1", ...facts }));
 * console.log((await readTuning(`${folder}/tuning.json`)).adapter); // some GPU
 * rmSync(folder, { recursive: true });
 * ```
 */
export async function readTuning(path: string): Promise<Tuning> {
  return parseTuning(parseJson(await readText(path, largest), path, ["deconfound tune writes a new one"]), path);
}

/**
 * Writes a tuning, atomically; folders on the way are made.
 *
 * @throws DataError with the system's reason.
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { readTuning, writeTuning } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * const facts = { library: "0.1.0", date: "2026-01-01", adapter: "some GPU", clock: "wall" } as const;
 * await writeTuning(`${folder}/cache/tuning.json`, { format: "deconfound tuning 1", ...facts, classes: {} });
 * console.log((await readTuning(`${folder}/cache/tuning.json`)).clock); // wall
 * rmSync(folder, { recursive: true });
 * ```
 */
export async function writeTuning(path: string, tuning: Tuning): Promise<void> {
  await makeWritableFolder(dirname(path));
  writeAtomically(path, `${JSON.stringify(tuning, null, 2)}\n`);
}
