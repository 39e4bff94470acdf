// The tar format: blocks of 512 bytes; a header block per file with name, size in octal and kind, then the content, filled up to
// whole blocks; two blocks of zeros end it. POSIX.1-1988 (ustar), POSIX.1-2001 (pax: records "length key=value\n" before a file
// that override its header) and GNU's long names (kind L before a file). Specification: POSIX.1-2017, pax, "EXTENDED DESCRIPTION".
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { checkedArchivePath } from "./archive-path.ts";

/** A file of an archive. */
export interface ArchiveFile {
  /** Relative, parts divided by `/`, none of them `..`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const block = 512;
const largestRecords = 2 ** 20; // bytes of names and pax records before a file

/**
 * The regular files of a tar archive, in its order, while its bytes come in. Folders are skipped.
 *
 * @param chunks - the archive's bytes, in parts of any length.
 * @param source - what errors call the archive.
 * @param options.largest - bytes that the unpacked archive may have: one of more is refused before they are in memory.
 * @throws DataError for a damaged or truncated archive, a file that would lie outside of the archive's folder, a link or a device,
 * and an archive that is too large.
 * @example
 * ```ts
 * import { readTar } from "deconfound/formats";
 *
 * async function* bytes() {
 *   yield new Uint8Array(1024); // an archive without files
 * }
 * const paths: string[] = [];
 * for await (const { path } of readTar(bytes(), "empty.tar", { largest: 1e6 })) paths.push(path);
 * console.log(paths.length); // 0
 * ```
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  { largest }: { readonly largest: number },
): AsyncGenerator<ArchiveFile> {
  const input = byteQueue(chunks);
  let left = largest;
  let next: Overrides = {};
  for (let header = await input.take(block); header !== undefined; header = await input.take(block)) {
    if (header.every((byte) => byte === 0)) return;
    const entry = parseHeader(header, source);
    const { kind } = entry;
    const size = kind === "5" ? 0 : ((isOverride(kind) ? undefined : next.size) ?? entry.size);
    left -= block + size;
    if (left < 0) throw new DataError(`${source}: unpacks to more than ${largest} bytes`);
    if (isOverride(kind) && size > largestRecords) throw damaged(source);
    const bytes = size === 0 ? new Uint8Array() : await input.take(size);
    const filling = (block - (size % block)) % block;
    if (bytes === undefined || (filling > 0 && (await input.take(filling)) === undefined)) break;
    if (isOverride(kind)) {
      next = { ...next, ...overridesOf(kind, bytes, source) };
      continue;
    }
    const path = next.path ?? entry.path;
    next = {};
    if (kind === "5" || path.endsWith("/")) continue;
    if (kind !== "0" && kind !== "7") {
      throw new DataError(
        `${source}: holds a link or a device, "${printable(path)}"; only files and folders are taken`,
      );
    }
    yield { path: checkedArchivePath(path, source), bytes };
  }
  throw new DataError(`${source}: ends in the middle; it is truncated`);
}

/** What records before a file say of it. */
interface Overrides {
  readonly path?: string;
  readonly size?: number;
}

/** Kinds of entries that hold records of the next file; `g` of all that follow, K a link's long target. */
function isOverride(kind: string): boolean {
  return "xgLK".includes(kind);
}

function overridesOf(kind: string, bytes: Uint8Array, source: string): Overrides {
  if (kind === "L") return { path: textOf(bytes, source) };
  return kind === "x" ? paxRecords(bytes, source) : {};
}

/** `length key=value\n`, where the length counts the whole record. */
function paxRecords(bytes: Uint8Array, source: string): Overrides {
  let [path, size]: [string | undefined, number | undefined] = [undefined, undefined];
  for (let at = 0; at < bytes.length; ) {
    const length = /^(\d{1,7}) /.exec(latin(bytes.subarray(at, at + 8)))?.[1];
    const end = at + Number(length ?? 0);
    if (length === undefined || end > bytes.length || bytes[end - 1] !== 10) throw damaged(source);
    const record = textOf(bytes.subarray(at + length.length + 1, end - 1), source);
    const [key, value] = [record.slice(0, record.indexOf("=")), record.slice(record.indexOf("=") + 1)];
    if (key === "path") path = value;
    if (key === "size") size = wholeNumber(value, 10, source);
    at = end;
  }
  return { ...(path === undefined ? {} : { path }), ...(size === undefined ? {} : { size }) };
}

function parseHeader(header: Uint8Array, source: string): { path: string; size: number; kind: string } {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== octal(header.subarray(148, 156), source)) throw damaged(source);
  const prefix = latin(header.subarray(257, 262)) === "ustar" && header[263] === 48 ? header.subarray(345, 500) : [];
  const [folder, name] = [textOf(Uint8Array.from(prefix), source), textOf(header.subarray(0, 100), source)];
  const kind = header[156] === 0 ? "0" : String.fromCharCode(header[156]!);
  return { path: folder === "" ? name : `${folder}/${name}`, size: octal(header.subarray(124, 136), source), kind };
}

/** Octal digits; or, with the highest bit set, a large number in 64 bits of base 256, as GNU writes it. */
function octal(field: Uint8Array, source: string): number {
  if (field[0] === 0x80)
    return wholeNumber(
      field.subarray(1).reduce((n, byte) => n * 256 + byte, 0),
      10,
      source,
    );
  return wholeNumber(
    latin(field)
      .replace(/[\0 ]+$/, "")
      .trimStart() || "0",
    8,
    source,
  );
}

function wholeNumber(value: string | number, base: 8 | 10, source: string): number {
  const digits = base === 8 ? /^[0-7]+$/ : /^[0-9]+$/;
  const number = typeof value === "number" ? value : digits.test(value) ? Number.parseInt(value, base) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw damaged(source);
  return number;
}

const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** UTF-8 up to the first zero. */
function textOf(bytes: Uint8Array, source: string): string {
  const end = bytes.indexOf(0);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(end < 0 ? bytes : bytes.subarray(0, end));
  } catch {
    throw damaged(source);
  }
}

function damaged(source: string): DataError {
  return new DataError(`${source}: is not a tar archive, or is damaged`);
}

/** Takes a stream apart in lengths that the reader chooses. */
function byteQueue(chunks: AsyncIterable<Uint8Array>): { take(count: number): Promise<Uint8Array | undefined> } {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest = new Uint8Array();
  return {
    /** @returns undefined where the stream ends earlier. */
    async take(count) {
      const taken = new Uint8Array(count);
      for (let at = 0; at < count; ) {
        if (rest.length === 0) {
          const { done, value } = await iterator.next();
          if (done === true) return undefined;
          rest = value as Uint8Array<ArrayBuffer>;
        }
        const part = rest.subarray(0, count - at);
        taken.set(part, at);
        at += part.length;
        rest = rest.subarray(part.length);
      }
      return taken;
    },
  };
}
