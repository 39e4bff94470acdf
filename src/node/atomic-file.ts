import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { threadId } from "node:worker_threads";
import { DataError } from "../tensor/errors.ts";
import { reasonOf } from "./file-reason.ts";
import { isRunning } from "./is-running.ts";

/**
 * Writes a file so that a reader, or a run after a crash, sees the old content or the new one, never a part: temporary
 * name in the same folder, fsync, rename, fsync of the folder. Synchronous, so no signal handler runs in between.
 * Follows links. Removes what a killed process left of its own writes in this folder.
 *
 * @throws DataError with the system's reason when the folder cannot be written.
 * @example
 * ```ts
 * import { mkdtempSync, readFileSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { writeAtomically } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * writeAtomically(`${folder}/state.txt`, "epoch 1");
 * writeAtomically(`${folder}/state.txt`, "epoch 2");
 * console.log(readFileSync(`${folder}/state.txt`, "utf8")); // epoch 2
 * rmSync(folder, { recursive: true });
 * ```
 */
export function writeAtomically(path: string, content: Uint8Array | string): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let temporary: string | undefined;
  try {
    const target = targetOf(path);
    const folder = dirname(target);
    removeLeftovers(folder);
    temporary = temporaryName(target);
    writeDurably(temporary, bytes);
    renameSync(temporary, target);
    syncFolder(folder);
  } catch (error) {
    if (temporary !== undefined) removeQuietly(temporary);
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: cannot be written, ${reasonOf(error)}`);
  }
}

/** The file itself where `path` is a link to it, so that the link stays one. A pipe or a device is not replaced. */
function targetOf(path: string): string {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return path;
  if (facts.isDirectory()) throw new DataError(`${path}: cannot be written, it is a folder`);
  if (!facts.isFile()) throw new DataError(`${path}: cannot be written, it is a pipe or a device, not a file`);
  return realpathSync(path);
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "w");
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the rename durable, where the system can: Windows opens no folder, some network file systems sync none. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    const cannot = ["EACCES", "EPERM", "EISDIR", "EINVAL", "ENOTSUP", "ENOSYS"];
    if (!cannot.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

const writer = `${process.pid}-${threadId}`;

/** `state.deconfound-4711-0.tmp`: process and thread, which tell whether somebody still writes it. */
export function temporaryName(path: string): string {
  return `${path}.deconfound-${writer}.tmp`;
}

const temporary = /\.deconfound-((\d+)-\d+)\.tmp$/;

/**
 * Whether a file of this name is one that a write makes before it renames it.
 *
 * @example
 * ```ts
 * import { isTemporary } from "deconfound/node";
 *
 * console.log(isTemporary("state.deconfound-4711-0.tmp"), isTemporary("state")); // true false
 * ```
 */
export function isTemporary(name: string): boolean {
  return temporary.test(name);
}

function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, owner, pid] = temporary.exec(name) ?? [];
    // this thread writes one file at a time, so what is left under its number is older
    if (owner === writer || (owner !== undefined && !isRunning(Number(pid)))) removeQuietly(join(folder, name));
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // the first error is the one to report
  }
}
