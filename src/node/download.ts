import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, rename, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { DataError } from "../tensor/errors.ts";
import { reasonOf } from "./file-reason.ts";
import { get, PassingFailure, passing, shown } from "./http.ts";

/** A checksum of a file. */
export interface Checksum {
  readonly algorithm: "sha256" | "md5";
  /** In hexadecimal. */
  readonly hex: string;
}

/** What is known of a file before it is there, and how patient to be. */
export interface DownloadOptions {
  readonly checksum: Checksum;
  /** Its length in bytes, where it is known. */
  readonly bytes?: number | undefined;
  readonly signal: AbortSignal;
  /** Called as bytes come in. @param total - undefined where nobody says how many there are. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  /** What a user may want to know: that the download goes on, starts again, is tried again. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Milliseconds without a byte, after which the connection is given up. @defaultValue 30 000 */
  readonly stall?: number | undefined;
  /** How often a broken connection is taken up again. @defaultValue 5 */
  readonly tries?: number | undefined;
  /** Milliseconds before the second try; doubled before each that follows. @defaultValue 1000 */
  readonly pause?: number | undefined;
}

/** Bytes of a file whose length nobody says. */
const most = 2 ** 32;

/**
 * Downloads a file. What has come is kept in `<path>.part` and goes on from there, in this call after a broken connection, and in
 * a later one after an interruption. `path` itself appears when all is there and the checksum fits.
 *
 * @throws DataError if the server refuses, keeps failing, or has another file; another error if `signal` is aborted.
 */
export async function downloadFile(url: URL, path: string, options: DownloadOptions): Promise<void> {
  const { checksum, signal, onNote } = options;
  if (existsSync(path) && (await checksumOf(path, checksum, signal)) === checksum.hex.toLowerCase()) return;
  const part = `${path}.part`;
  for (let fresh = !existsSync(part); ; fresh = true) {
    await fetchAll(url, part, options);
    const found = await checksumOf(part, checksum, signal);
    if (found === checksum.hex.toLowerCase()) break;
    await rm(part);
    if (fresh) {
      const what = `${checksum.algorithm.toUpperCase()} is ${found}, not ${checksum.hex}`;
      throw new DataError(`${shown(url)}: is another file than expected, or was damaged on its way: its ${what}`);
    }
    onNote?.("what an earlier run left does not fit; starts again");
  }
  await rename(part, path);
}

/** Bytes that make a try a success, even if the connection breaks off again. */
const progress = 1e6;

async function fetchAll(url: URL, part: string, options: DownloadOptions): Promise<void> {
  const { signal, onNote, tries = 5, pause = 1000 } = options;
  let before = sizeOf(part);
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchRest(url, part, options);
      return;
    } catch (error) {
      if (signal.aborted || !(error instanceof PassingFailure)) throw error;
      if (sizeOf(part) >= before + progress) attempt = 1;
      before = Math.max(before, sizeOf(part));
      if (attempt >= tries) {
        throw new DataError(`${shown(url)}: ${error.message}; ${tries} tries`, [
          "the same command goes on with what has come so far",
        ]);
      }
      onNote?.(`${error.message}; tries again`);
      await sleep(pause * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** One connection. */
async function fetchRest(url: URL, part: string, options: DownloadOptions): Promise<void> {
  const { bytes, signal, onNote, stall = 30_000 } = options;
  if (bytes !== undefined && sizeOf(part) > bytes) await rm(part);
  const from = sizeOf(part);
  if (from === bytes) return;
  const answer = await get(url, { from, signal, stall });
  try {
    const { statusCode: status } = answer;
    const total = totalOf(answer, from);
    if (status === 416 && total === from) return;
    if (from > 0 && (status === 416 || (status === 206 && startOf(answer) !== from))) {
      await rm(part);
      throw new PassingFailure("the server has no file that goes on from what has come; starts again");
    }
    checkStatus(answer, url);
    if (bytes !== undefined && total !== undefined && total !== bytes) {
      throw new DataError(`${shown(url)}: has ${total} bytes, ${bytes} are expected; it is another file`);
    }
    if (status === 200 && from > 0) onNote?.("the server does not go on with a part; starts again");
    if (status === 206 && from > 0) onNote?.(`goes on from ${(from / 1e6).toFixed(1)} MB`);
    await save(answer, part, status === 206 ? from : 0, bytes ?? total, options);
  } finally {
    answer.destroy();
  }
}

function checkStatus({ statusCode = 0, statusMessage = "" }: IncomingMessage, url: URL): void {
  if (statusCode === 200 || statusCode === 206) return;
  const says = `the server says ${statusCode} ${statusMessage}`.trimEnd();
  if (statusCode >= 500 || statusCode === 408 || statusCode === 429) throw new PassingFailure(says);
  throw new DataError(`${shown(url)}: ${says}`, ["--url names another address of the same files"]);
}

/** `bytes 100-199/200` */
const range = /^bytes (?:(\d+)-\d+|\*)\/(?:(\d+)|\*)$/;

function startOf({ headers }: IncomingMessage): number {
  return Number(range.exec(headers["content-range"] ?? "")?.[1] ?? Number.NaN);
}

/** The length of the whole file, as the server says it. */
function totalOf({ statusCode, headers }: IncomingMessage, from: number): number | undefined {
  const whole = range.exec(headers["content-range"] ?? "")?.[2];
  if (statusCode !== 200 && whole !== undefined) return Number(whole);
  const length = headers["content-length"];
  if (length === undefined || !/^\d+$/.test(length)) return undefined;
  return statusCode === 206 ? from + Number(length) : Number(length);
}

async function save(
  answer: IncomingMessage,
  part: string,
  start: number,
  total: number | undefined,
  { onProgress, signal }: DownloadOptions,
): Promise<void> {
  const limit = total ?? most;
  let done = start;
  const file = await openPart(part, start);
  try {
    const parts = answer[Symbol.asyncIterator]();
    for (;;) {
      onProgress?.(done, total);
      const next = await nextOf(parts, signal);
      if (next === undefined) break;
      if (done + next.length > limit) throw new DataError(`${part}: more than ${limit} bytes come; it is another file`);
      await file.write(next);
      done += next.length;
    }
  } catch (error) {
    if (error instanceof DataError || error instanceof PassingFailure || signal.aborted) throw error;
    throw new DataError(`${part}: cannot be written, ${reasonOf(error)}`);
  } finally {
    await file.close();
  }
  if (total !== undefined && done < total) throw new PassingFailure(`ended after ${done} of ${total} bytes`);
}

async function nextOf(parts: AsyncIterator<Uint8Array>, signal: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    const { done, value } = await parts.next();
    return done === true ? undefined : value;
  } catch (error) {
    throw signal.aborted ? signal.reason : passing(error);
  }
}

async function openPart(part: string, start: number): Promise<FileHandle> {
  try {
    return await open(part, start > 0 ? "a" : "w");
  } catch (error) {
    throw new DataError(`${part}: cannot be written, ${reasonOf(error)}`);
  }
}

async function checksumOf(path: string, { algorithm }: Checksum, signal: AbortSignal): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk);
  return hash.digest("hex");
}
