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

/** @throws DataError when the file cannot be read, is not JSON or not a tuning. */
export async function readTuning(path: string): Promise<Tuning> {
  return parseTuning(parseJson(await readText(path, largest), path, ["deconfound tune writes a new one"]), path);
}

/** Writes a tuning, atomically; folders on the way are made. @throws DataError with the system's reason. */
export async function writeTuning(path: string, tuning: Tuning): Promise<void> {
  await makeWritableFolder(dirname(path));
  writeAtomically(path, `${JSON.stringify(tuning, null, 2)}\n`);
}
