import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { DataError } from "../tensor/errors.ts";

/**
 * Writes a file so that a reader, or a run after a crash, sees the old content or the new one, never a part: temporary
 * name in the same folder, fsync, rename, fsync of the folder. Synchronous, so no signal handler runs in between.
 *
 * @throws DataError with the system's reason when the folder cannot be written.
 */
export function writeAtomically(path: string, content: Uint8Array | string): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "w");
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    if (process.platform !== "win32") syncFolder(dirname(path)); // Windows cannot open a folder
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new DataError(`${path}: cannot be written, ${reasonOf(error)}`);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Makes a folder, and proves that a file can be written in it. @throws DataError with the system's reason. */
export async function makeWritableFolder(path: string): Promise<void> {
  const probe = `${path}/.writable.${process.pid}.tmp`;
  try {
    await mkdir(path, { recursive: true });
    closeSync(openSync(probe, "w"));
    rmSync(probe);
  } catch (error) {
    throw new DataError(`${path}: cannot be written, ${reasonOf(error)}`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
  ENOSPC: "no space left",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder",
  EEXIST: "a file of that name is in the way",
};

/** A file-system error in words, without the path that the caller names anyway. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
