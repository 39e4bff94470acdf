// The zip format, read from its end: the end record says where the central directory lies, whose records say where each file's
// own header and content lie. Sizes of 4 GiB and more are in a zip64 end record and in extra fields. Specification: PKWARE,
// APPNOTE.TXT 6.3.10, §4.3 and §4.5.3.
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { checkedArchivePath } from "./archive-path.ts";
import { decompress } from "./compression.ts";
import { crc32 } from "./crc32.ts";

/** A file of a zip archive. */
export interface ZipEntry {
  /** Relative, parts divided by `/`, none of them `..`. */
  readonly path: string;
  /** Bytes of the content. */
  readonly size: number;
  /** The content, unpacked. @throws DataError if it is damaged, or packed in another way than stored or deflated. */
  read(): Promise<Uint8Array>;
}

const [endMark, end64Mark, locatorMark, entryMark, fileMark] = [
  0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50,
];
const [endBytes, locatorBytes, entryBytes, fileBytes] = [22, 20, 46, 30];
const longestComment = 65535;
const inExtra = 0xffffffff; // where a 32-bit field holds this, the number is in a zip64 field

/**
 * The regular files of a zip archive, in its order. Nothing is unpacked before it is read. Folders are skipped.
 *
 * @param source - what errors call the archive.
 * @param options.largest - bytes that all files may have together when unpacked.
 * @throws DataError for a damaged or truncated archive, a file that would lie outside of the archive's folder, a link, an encrypted
 * file, and an archive that is too large.
 * @example
 * ```ts
 * import { readZip } from "deconfound/formats";
 *
 * const empty = new Uint8Array(22);
 * empty.set([0x50, 0x4b, 5, 6]); // the end record of an archive without files
 * console.log(readZip(empty, "empty.zip", { largest: 1e6 }).length); // 0
 * ```
 */
export function readZip(
  bytes: Uint8Array,
  source: string,
  { largest }: { readonly largest: number },
): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const { count, offset } = findDirectory(view, source);
    const entries: ZipEntry[] = [];
    let [at, left] = [offset, largest];
    for (let i = 0; i < count; i++) {
      if (view.getUint32(at, true) !== entryMark) throw damaged(source);
      const record = readRecord(view, bytes, at, source);
      at = record.end;
      left -= record.size;
      if (left < 0) throw new DataError(`${source}: unpacks to more than ${largest} bytes`);
      const path = checkedArchivePath(record.path, source);
      if (!record.path.endsWith("/"))
        entries.push({ path, size: record.size, read: () => unpack(bytes, record, source) });
    }
    return entries;
  } catch (error) {
    throw error instanceof RangeError ? damaged(source) : error; // a view's own error for a place behind its end
  }
}

interface Record {
  readonly path: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its own header lies. */
  readonly offset: number;
  /** Where the next record lies. */
  readonly end: number;
}

function findDirectory(view: DataView, source: string): { readonly count: number; readonly offset: number } {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= Math.max(0, last - longestComment); at--) {
    if (view.getUint32(at, true) !== endMark || at + endBytes + view.getUint16(at + 20, true) > view.byteLength)
      continue;
    const locator = at - locatorBytes;
    if (locator < 0 || view.getUint32(locator, true) !== locatorMark) {
      return { count: view.getUint16(at + 10, true), offset: view.getUint32(at + 16, true) };
    }
    const end64 = whole(view, locator + 8, source);
    if (view.getUint32(end64, true) !== end64Mark) throw damaged(source);
    return { count: whole(view, end64 + 32, source), offset: whole(view, end64 + 48, source) };
  }
  throw new DataError(`${source}: is not a zip archive, or is truncated`);
}

function readRecord(view: DataView, bytes: Uint8Array, at: number, source: string): Record {
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const name = at + entryBytes;
  const extra = name + nameLength!;
  const path = textOf(bytes.subarray(name, extra));
  if ((view.getUint16(at + 8, true) & 1) !== 0) throw new DataError(`${source}: "${printable(path)}" is encrypted`);
  const kind = view.getUint32(at + 38, true) >>> 28; // of Unix, whose modes stand in the upper half
  if (kind === 0o12)
    throw new DataError(`${source}: holds a link, "${printable(path)}"; only files and folders are taken`);
  const large = zip64Numbers(view, extra, extra + extraLength!, source);
  const field = (place: number): number => {
    const value = view.getUint32(at + place, true);
    return value === inExtra ? (large.shift() ?? value) : value;
  };
  const [size, packed, offset] = [field(24), field(20), field(42)]; // in the order of the zip64 field
  const end = extra + extraLength! + commentLength!;
  return { path, method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true), packed, size, offset, end };
}

/** The numbers of the extra field 0x0001. */
function zip64Numbers(view: DataView, from: number, to: number, source: string): number[] {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const count = Math.floor(view.getUint16(at + 2, true) / 8);
    return Array.from({ length: count }, (_, i) => whole(view, at + 4 + 8 * i, source));
  }
  return [];
}

async function unpack(
  bytes: Uint8Array,
  { path, method, crc, packed, size, offset }: Record,
  source: string,
): Promise<Uint8Array> {
  const name = `${source}: ${printable(path)}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (offset + fileBytes > bytes.length || view.getUint32(offset, true) !== fileMark) throw damaged(name);
  const from = offset + fileBytes + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (from + packed > bytes.length) throw damaged(name);
  const content = bytes.subarray(from, from + packed);
  if (method !== 0 && method !== 8) {
    throw new DataError(`${name}: is packed by method ${method}; only stored and deflated files are read`);
  }
  const unpacked = method === 0 ? content : await decompress(content, "deflate-raw", size, name);
  if (unpacked.length !== size || crc32(unpacked) !== crc) throw damaged(name);
  return unpacked;
}

function whole(view: DataView, at: number, source: string): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw damaged(source);
  return value;
}

/** UTF-8, as every packer of today writes; else byte by byte. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return String.fromCharCode(...bytes);
  }
}

function damaged(source: string): DataError {
  return new DataError(`${source}: is damaged or truncated`);
}
