import type { Stats } from "node:fs";
import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, stat } from "node:fs/promises";
import { DataError } from "../tensor/errors.ts";
import { reasonOf } from "./file-reason.ts";

/** An open file. Only regular files are opened: a read of a pipe or a device may never end. */
export interface RegularFile {
  readonly size: number;
  /** Bytes `from` … `to` − 1. @throws DataError if the file ends earlier. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** Larger files are not data of this program; arrays of this size still fit in memory twice. */
const largest = 2 ** 32;

/**
 * Opens a file for the time of `use`.
 *
 * @throws DataError if it is not a regular file, or cannot be read, with the system's reason.
 */
export async function withFile<T>(path: string, use: (file: RegularFile) => Promise<T>): Promise<T> {
  let handle: FileHandle | undefined;
  try {
    checkRegular(path, await stat(path)); // before it is opened: to open a device can be an action of its own
    // without O_NONBLOCK a pipe that takes the file's place just now waits for a writer; Windows has no such flag
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const facts = await handle.stat();
    checkRegular(path, facts);
    return await use(regularFile(path, handle, facts.size));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: cannot be read, ${reasonOf(error)}`);
  } finally {
    await handle?.close();
  }
}

function regularFile(path: string, handle: FileHandle, size: number): RegularFile {
  return {
    size,
    read: async (from, to) => {
      const bytes = new Uint8Array(to - from);
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at);
        if (bytesRead === 0) throw new DataError(`${path}: ends after ${from + at} bytes; ${to} were expected`);
        at += bytesRead;
      }
      return bytes;
    },
  };
}

function checkRegular(path: string, facts: Stats): void {
  if (facts.isFile()) return;
  const kinds: readonly (readonly [boolean, string])[] = [
    [facts.isDirectory(), "a folder"],
    [facts.isFIFO(), "a pipe"],
    [facts.isSocket(), "a socket"],
  ];
  const kind = kinds.find(([is]) => is)?.[1] ?? "a device";
  throw new DataError(`${path}: cannot be read, it is ${kind}, not a file`);
}

/**
 * A whole file.
 *
 * @param limit - bytes; what kind of file it is says how large it can be.
 * @throws DataError if it is not a regular file, is larger, or cannot be read, with the system's reason.
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { readBytes, writeAtomically } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * writeAtomically(`${folder}/a.bin`, Uint8Array.of(1, 2, 3));
 * console.log(String(await readBytes(`${folder}/a.bin`, 1000))); // 1,2,3
 * rmSync(folder, { recursive: true });
 * ```
 */
export async function readBytes(path: string, limit: number = largest): Promise<Uint8Array> {
  return withFile(path, async (file) => {
    if (file.size > limit) throw new DataError(`${path}: has ${file.size} bytes; such a file has ${limit} at most`);
    return file.read(0, file.size);
  });
}

/**
 * A whole text file.
 *
 * @throws DataError as {@link readBytes} does, and if it is not UTF-8.
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { readText, writeAtomically } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * writeAtomically(`${folder}/a.txt`, "β = 0.5");
 * console.log(await readText(`${folder}/a.txt`, 1000)); // β = 0.5
 * rmSync(folder, { recursive: true });
 * ```
 */
export async function readText(path: string, limit: number): Promise<string> {
  const bytes = await readBytes(path, limit);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${path}: is not a text in UTF-8`);
  }
}
