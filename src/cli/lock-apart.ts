import { mkdirSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FolderLock } from "../node/index.ts";
import { lockFolder, lockName, reasonOf } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";

/**
 * Locks by a folder that is there only as long as the lock.
 *
 * @returns undefined if another process holds it.
 * @throws DataError if it cannot be written.
 */
export function lockApart(folder: string): FolderLock | undefined {
  for (let attempt = 0; ; attempt++) {
    try {
      mkdirSync(folder, { recursive: true });
      const { held, release } = lockFolder(folder);
      return {
        held,
        release() {
          release();
          removeEmpty(folder);
        },
      };
    } catch (error) {
      if (error instanceof ConfigError) return undefined;
      const gone = (error as NodeJS.ErrnoException).code === "ENOENT"; // another process has just released it
      if (!gone || attempt > 2) throw new DataError(`${folder}: cannot be written, ${reasonOf(error)}`);
    }
  }
}

const heard = 60_000; // ms; a lock's heartbeat is twice as fast

/** Whether a process seems to hold a lock of {@link lockApart}; to be sure, one must try it. */
export function seemsLocked(folder: string): boolean {
  try {
    return Date.now() - statSync(join(folder, lockName)).mtimeMs < heard;
  } catch {
    return false; // no lock
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // another process has locked it meanwhile, or removed it
  }
}
