import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { FolderLock } from "../node/index.ts";
import { isTemporary, lockFolder, lockName, makeWritableFolder, reasonOf, writeAtomically } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { stateName } from "./run-state.ts";

/** The folder of a run, as long as this process works in it. */
export interface RunFolder {
  readonly path: string;
  /** Hands over a file's new content; {@link RunFolder.flush} writes it. */
  put(name: string, content: Uint8Array | string): void;
  /**
   * Writes what was handed over, in that order, and stops at the first file that cannot be written: it is kept in memory, with
   * all after it, for the next call. So the folder never holds a state that speaks of files which are not there. A folder that
   * has gone is made again.
   *
   * @returns the reason in words, or undefined if nothing is left to write.
   */
  flush(): Promise<string | undefined>;
  /** Whether the folder holds a state to go on from. */
  resumable(): boolean;
  /** Unlocks it. */
  close(): void;
}

/** A run's folder that is opened when it is first asked for. */
export interface LazyFolder {
  /** Null where nothing is written. */
  readonly path: string | null;
  open(): Promise<RunFolder | undefined>;
}

/** Calls with a folder that is opened by {@link openRunFolder} when it is asked for, and unlocks it afterwards. */
export async function inFolder<T>(
  path: string | null,
  isNew: boolean,
  use: (folder: LazyFolder) => Promise<T>,
): Promise<T> {
  let opened: Promise<RunFolder> | undefined;
  try {
    return await use({
      path,
      async open() {
        if (path === null) return undefined;
        opened ??= openRunFolder(path, { isNew });
        return opened;
      },
    });
  } finally {
    const folder = await opened?.catch(() => undefined);
    folder?.close();
  }
}

/**
 * Opens a folder for a new run, or for one that goes on: makes it, tries it, locks it.
 *
 * @throws ConfigError if a new run's folder is not empty, or another process works in it; DataError if it cannot be written.
 */
async function openRunFolder(path: string, { isNew }: { readonly isNew: boolean }): Promise<RunFolder> {
  await makeWritableFolder(path);
  let lock = lockAt(path);
  if (isNew) {
    try {
      checkEmpty(path);
    } catch (error) {
      lock.release();
      throw error;
    }
  }
  const waiting = new Map<string, Uint8Array | string>();
  return {
    path,
    put(name, content) {
      waiting.delete(name); // a file's place in the order is that of its newest content
      waiting.set(name, content);
    },
    async flush() {
      try {
        if (!lock.held()) {
          await makeWritableFolder(path);
          lock.release();
          lock = lockAt(path);
        }
        for (const [name, content] of waiting) {
          writeAtomically(join(path, name), content);
          waiting.delete(name);
        }
        return undefined;
      } catch (error) {
        if (error instanceof DataError || error instanceof ConfigError) return error.message.split("\n")[0]!;
        throw error;
      }
    },
    resumable: () => existsSync(join(path, stateName)),
    close: () => lock.release(),
  };
}

function lockAt(path: string): FolderLock {
  try {
    return lockFolder(path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new DataError(`${path}: cannot be written, ${reasonOf(error)}`);
  }
}

/** @throws ConfigError: the files of two runs in one folder could not be told apart. */
function checkEmpty(path: string): void {
  const names = readdirSync(path).filter((name) => name !== lockName && !isTemporary(name));
  if (names.length === 0) return;
  if (names.includes(stateName)) {
    throw new ConfigError(`--out ${path} holds a run already`, [`train --resume ${path} goes on with it`]);
  }
  throw new ConfigError(`--out ${path} is not empty, it holds "${printable(names[0]!)}"`, ["name a new folder"]);
}
