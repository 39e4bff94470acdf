import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DatasetParts, WrittenFile } from "../data/dataset-format.ts";
import type { DatasetDownload, DownloadFile } from "../data/downloads.ts";
import { datasetFormats } from "../data/formats/index.ts";
import { decompressed } from "../formats/compression.ts";
import { readTar } from "../formats/tar.ts";
import { readZip } from "../formats/zip.ts";
import { defaultsOf } from "../options/table.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import type { DownloadOptions } from "./download.ts";
import { downloadFile } from "./download.ts";
import { reasonOf } from "./file-reason.ts";
import { openFolder } from "./folder.ts";
import { lockFolder } from "./folder-lock.ts";
import { parseAddress } from "./http.ts";
import { makeWritableFolder } from "./make-folder.ts";
import { readBytes } from "./read-file.ts";
import { sharpDecoder } from "./sharp-decoder.ts";
import { writeFolder } from "./write-folder.ts";

/** What may differ from the published dataset, and who is told what happens. */
export interface DownloadDatasetOptions {
  /** An `AbortSignal`; written out, so that the types need neither Node's nor a browser's. */
  readonly signal: { readonly aborted: boolean; readonly reason: unknown; throwIfAborted(): void };
  /** Milliseconds without a byte, after which the connection is given up. @defaultValue 30 000 */
  readonly stall?: number | undefined;
  /** How often a broken connection is taken up again. @defaultValue 5 */
  readonly tries?: number | undefined;
  /** Milliseconds before the second try; doubled before each that follows. @defaultValue 1000 */
  readonly pause?: number | undefined;
  /** Another address: a folder that ends in `/` and holds the same files, or of a dataset of one file that file. */
  readonly address?: string | undefined;
  /** SHA-256 of each file, for a server that packs them anew. What is published of lengths and counts is not asked then. */
  readonly sha256?: readonly string[] | undefined;
  /** @param file - its name. */
  readonly onProgress?: ((file: string, done: number, total: number | undefined) => void) | undefined;
  readonly onNote?: ((note: string) => void) | undefined;
}

/**
 * Downloads a published dataset into a new folder, which appears when all is there, unpacked, and read once. What has come is kept
 * in `<folder>.part` until then: the same call goes on after an interruption.
 *
 * @returns the dataset, as it was read.
 * @throws ConfigError for a folder that holds something else, and for options that do not fit; DataError as `downloadFile` does, and
 * for a dataset that is not what was published; another error if `signal` is aborted.
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { datasetDownloads } from "deconfound/data";
 * import { downloadDataset } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * const stop = new AbortController();
 * stop.abort(); // else 170 MB come from Toronto
 * const done = downloadDataset(datasetDownloads[0]!, `${folder}/cifar10`, { signal: stop.signal });
 * console.log(await done.catch((error: Error) => error.name)); // AbortError
 * rmSync(folder, { recursive: true });
 * ```
 */
export async function downloadDataset(
  dataset: DatasetDownload,
  folder: string,
  options: DownloadDatasetOptions,
): Promise<DatasetParts> {
  const { address = dataset.address, sha256, onProgress, onNote } = options;
  const signal = options.signal as AbortSignal;
  const urls = addressesOf(dataset, address);
  const checksums = checksumsOf(dataset, sha256);
  if (isUsed(folder)) return readExisting(dataset, folder, onNote);
  const partial = `${resolve(folder)}.part`;
  await makeWritableFolder(partial);
  const lock = lockFolder(partial);
  try {
    for (const [i, { name, bytes }] of dataset.files.entries()) {
      await downloadFile(urls[i]!, join(partial, name), {
        ...options,
        signal,
        checksum: checksums[i]!,
        bytes: sha256 === undefined ? bytes : undefined,
        onProgress: (done, total) => onProgress?.(name, done, total),
      });
    }
    const set = join(partial, "set");
    await rm(set, { recursive: true, force: true }); // of a run that ended while it unpacked
    await writeFolder(set, unpack(dataset, partial, signal));
    const parts = await read(dataset, set, sha256 === undefined);
    if (existsSync(folder)) rmdirSync(folder);
    await rename(set, folder);
    await rm(partial, { recursive: true });
    return parts;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined || signal.aborted) throw error;
    throw new DataError(`${folder}: cannot be written, ${reasonOf(error)}`);
  } finally {
    lock.release();
  }
}

function isUsed(folder: string): boolean {
  try {
    return existsSync(folder) && readdirSync(folder).length > 0;
  } catch (error) {
    throw new DataError(`${folder}: cannot be written, ${reasonOf(error)}`);
  }
}

/** Where each file lies. */
function addressesOf({ files }: DatasetDownload, address: string): URL[] {
  const base = parseAddress(address);
  if (files.length === 1 && !base.pathname.endsWith("/")) return [base];
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return files.map(({ name }) => Object.assign(new URL(base), { pathname: base.pathname + name }));
}

function checksumsOf({ files }: DatasetDownload, sha256: readonly string[] | undefined): DownloadOptions["checksum"][] {
  if (sha256 === undefined) return files.map(({ checksum }) => checksum);
  const wrong = sha256.find((hex) => !/^[0-9a-f]{64}$/i.test(hex));
  if (sha256.length !== files.length || wrong !== undefined) {
    throw new ConfigError(
      `sha256: expects ${files.length} SHA-256 of 64 hexadecimal digits, one per file: ${list(files)}`,
    );
  }
  return sha256.map((hex) => ({ algorithm: "sha256", hex }));
}

function list(files: readonly DownloadFile[]): string {
  return files.map(({ name }) => name).join(", ");
}

async function* unpack(dataset: DatasetDownload, from: string, signal: AbortSignal): AsyncGenerator<WrittenFile> {
  for (const { name, packing, places = [], unpackedBytes = 0 } of dataset.files) {
    const bytes = await readBytes(join(from, name));
    if (packing === "none") {
      yield { name, content: bytes };
      continue;
    }
    const limit = { largest: unpackedBytes };
    const files =
      packing === "zip" ? readZip(bytes, name, limit) : readTar(decompressed(bytes, "gzip", name), name, limit);
    for await (const file of files) {
      signal.throwIfAborted();
      const place = places.find(([pattern]) => pattern.test(file.path));
      if (place === undefined) continue;
      const content = "bytes" in file ? file.bytes : await file.read();
      yield { name: file.path.replace(...(place as [RegExp, string])), content };
    }
  }
}

/** @param published - whether it must have the published numbers of images. */
async function read(
  { name, format, train, test }: DatasetDownload,
  path: string,
  published: boolean,
): Promise<DatasetParts> {
  const known = datasetFormats.find((one) => one.name === format)!;
  const parts = await known.read({
    folder: openFolder(path),
    options: defaultsOf(known.options),
    seed: 0,
    limit: null,
    decoder: sharpDecoder,
  });
  if (published && (parts.train.count !== train || parts.test.count !== test)) {
    throw new DataError(
      `${path}: has ${parts.train.count} training and ${parts.test.count} test images; ${name} has ${train} and ${test}`,
    );
  }
  return parts;
}

/** A folder that holds the dataset already. */
async function readExisting(
  dataset: DatasetDownload,
  folder: string,
  onNote: DownloadDatasetOptions["onNote"],
): Promise<DatasetParts> {
  let parts: DatasetParts;
  try {
    parts = await read(dataset, folder, true);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ConfigError(`${folder} holds files that are not ${dataset.name}; name a new folder`);
  }
  onNote?.(`${folder} holds ${dataset.name} already; nothing was downloaded`);
  return parts;
}
