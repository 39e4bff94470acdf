import { DataError } from "../tensor/errors.ts";
import { joined } from "./compression.ts";
import { crc32 } from "./crc32.ts";

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const fileMark = 0x04034b50;
const endBytes = 22;
const entryBytes = 46;
const fileBytes = 30;
const mostBytes = 2 ** 32 - 2; // of an archive that is not zip64

/**
 * A zip archive, its files stored as they are.
 *
 * @throws DataError if they are more than 4 GiB.
 * @example
 * ```ts
 * import { encodeZip } from "deconfound/formats";
 *
 * console.log(encodeZip([{ name: "a.txt", content: Uint8Array.of(65) }]).length); // 109
 * ```
 */
export function encodeZip(files: readonly { readonly name: string; readonly content: Uint8Array }[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, content } of files) {
    const local = header(fileMark, fileBytes, name, content);
    const entry = header(entryMark, entryBytes, name, content);
    new DataView(entry.buffer).setUint32(42, offset, true);
    parts.push(local, content);
    directory.push(entry);
    offset += local.length + content.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  if (offset + size > mostBytes)
    throw new DataError(`encodeZip: ${offset + size} bytes; an archive has ${mostBytes} at most`);
  const end = new DataView(new ArrayBuffer(endBytes));
  end.setUint32(0, endMark, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return joined([...parts, ...directory, new Uint8Array(end.buffer)]);
}

/** A file's header, or its entry in the directory, which has two more fields at the front and more after the lengths. */
function header(mark: number, bytes: number, name: string, content: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(name);
  const view = new DataView(new ArrayBuffer(bytes + text.length));
  const shift = bytes === entryBytes ? 2 : 0; // the version that made it comes first
  view.setUint32(0, mark, true);
  if (shift > 0) view.setUint16(4, 20, true);
  view.setUint16(4 + shift, 20, true); // the version that reads it: 2.0
  view.setUint16(6 + shift, 0x0800, true); // the name is UTF-8
  view.setUint16(12 + shift, 0x21, true); // 1 January 1980, so that equal files give equal archives
  view.setUint32(14 + shift, crc32(content), true);
  view.setUint32(18 + shift, content.length, true);
  view.setUint32(22 + shift, content.length, true);
  view.setUint16(26 + shift, text.length, true);
  const file = new Uint8Array(view.buffer);
  file.set(text, bytes);
  return file;
}
