import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { env } from "node:process";
import type { Tuning } from "../kernels/index.ts";
import { parseTuning } from "../kernels/index.ts";
import { DataError } from "../tensor/errors.ts";
import { makeWritableFolder, writeAtomically } from "./atomic-file.ts";
import { readBytes } from "./cifar10-files.ts";

/** Where the command line keeps the tuning: `$XDG_CACHE_HOME/deconfound/tuning.json`, `~/.cache` without that variable. */
export function defaultTuningPath(): string {
  const cache = env["XDG_CACHE_HOME"];
  // the XDG base directory specification ignores relative paths
  return join(cache?.startsWith("/") ? cache : join(homedir(), ".cache"), "deconfound", "tuning.json");
}

/** @throws DataError when the file cannot be read, is no JSON or no tuning. */
export async function readTuning(path: string): Promise<Tuning> {
  const text = new TextDecoder().decode(await readBytes(path));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DataError(`${path}: is no JSON`, ["deconfound tune writes a new one"]);
  }
  return parseTuning(value, path);
}

/** Writes a tuning, atomically; folders on the way are made. @throws DataError with the system's reason. */
export async function writeTuning(path: string, tuning: Tuning): Promise<void> {
  await makeWritableFolder(dirname(path));
  writeAtomically(path, `${JSON.stringify(tuning, null, 2)}\n`);
}
