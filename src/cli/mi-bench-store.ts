import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isTemporary, makeWritableFolder, reasonOf, writeAtomically } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";

/** One estimator on one task with one seed. */
export interface MiCell {
  readonly task: string;
  readonly estimator: string;
  readonly seed: number;
}

/** What came of it: a line of `--json`. */
export interface MiLine extends MiCell {
  readonly true: number;
  readonly estimate: number;
  readonly low: number | null;
  readonly high: number | null;
  /** estimate − true. */
  readonly error: number;
  readonly seconds: number;
}

/** Finished cells, kept one by one. */
export interface MiStore {
  find(cell: MiCell): MiLine | undefined;
  keep(line: MiLine): void;
}

/** Keeps cells as long as the process lives. */
export function memoryStore(): MiStore {
  const lines = new Map<string, MiLine>();
  return { find: (cell) => lines.get(nameOf(cell)), keep: (line) => void lines.set(nameOf(line), line) };
}

const nameOf = ({ task, estimator, seed }: MiCell): string => `${task}__${estimator}__${seed}.json`;
const settingsName = "settings.json";

/**
 * Keeps cells in a folder, a file for each, so that another call goes on, and processes can share the work.
 *
 * @param settings - what decides the numbers: a folder holds cells of one setting only.
 * @throws ConfigError for a folder of something else, or of other settings; DataError if it cannot be written.
 */
export async function folderStore(path: string, settings: object): Promise<MiStore> {
  await makeWritableFolder(path);
  const stray = readdirSync(path).find((name) => name !== "cells" && name !== settingsName && !isTemporary(name));
  if (stray !== undefined) {
    throw new ConfigError(`--out ${path} is not a folder of mi-bench: it holds ${JSON.stringify(stray)}`);
  }
  const put = (file: string, value: object): void => {
    try {
      mkdirSync(join(path, "cells"), { recursive: true });
      writeAtomically(file, `${JSON.stringify(value)}\n`);
    } catch (error) {
      throw new DataError(`${file}: cannot be written, ${reasonOf(error)}`);
    }
  };
  const settingsFile = join(path, settingsName);
  if (existsSync(settingsFile)) {
    const before = readFileSync(settingsFile, "utf8").trim();
    if (before !== JSON.stringify(settings)) {
      throw new ConfigError(`--out ${path} holds cells of other settings, ${before}`, ["name another folder"]);
    }
  } else put(settingsFile, settings);
  const fileOf = (cell: MiCell): string => join(path, "cells", nameOf(cell));
  return {
    find(cell) {
      const file = fileOf(cell);
      return existsSync(file) ? (parseJson(readFileSync(file, "utf8"), file) as MiLine) : undefined;
    },
    keep: (line) => put(fileOf(line), line),
  };
}
