import { compress } from "../../src/formats/compression.ts";
import { crc32 } from "../../src/formats/crc32.ts";

/** What a file's records say; by default the truth. */
interface Told {
  readonly deflate?: boolean;
  readonly size?: number;
  readonly method?: number;
  readonly flags?: number;
  /** Of Unix. */
  readonly mode?: number;
}

/** A zip archive of some files. @param options.zip64 - sizes and places in zip64 fields, as for 4 GiB and more. */
export async function zipOf(
  files: readonly (readonly [path: string, bytes: Uint8Array, told?: Told])[],
  { zip64 = false, comment = "" }: { readonly zip64?: boolean; readonly comment?: string } = {},
): Promise<Uint8Array> {
  const [parts, directory]: [Uint8Array[], Uint8Array[]] = [[], []];
  let at = 0;
  for (const [path, bytes, told = {}] of files) {
    const packed = told.deflate === true ? await compress(bytes, "deflate-raw") : bytes;
    const name = new TextEncoder().encode(path);
    const { size = bytes.length, flags = 0, method = told.deflate === true ? 8 : 0, mode = 0o100644 } = told;
    const sizes = zip64 ? [0xffffffff, 0xffffffff] : [packed.length, size];
    const extra = zip64 ? fields([2, 1], [2, 24], [8, size], [8, packed.length], [8, at]) : new Uint8Array();
    const common = fields(
      [2, 20],
      [2, flags],
      [2, method],
      [4, 0],
      [4, crc32(bytes)],
      [4, sizes[0]!],
      [4, sizes[1]!],
      [2, name.length],
    );
    const local = [fields([4, 0x04034b50]), common, fields([2, 0]), name, packed];
    const tail = fields([2, extra.length], [2, 0], [2, 0], [2, 0], [4, mode * 65536], [4, zip64 ? 0xffffffff : at]);
    directory.push(fields([4, 0x02014b50], [2, 0x031e]), common, tail, name, extra);
    parts.push(...local);
    at += local.reduce((sum, part) => sum + part.length, 0);
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const count = files.length;
  const end64 = fields(
    [4, 0x06064b50],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, length],
    [8, at],
  );
  const locator = fields([4, 0x07064b50], [4, 0], [8, at + length], [4, 1]);
  const note = new TextEncoder().encode(comment);
  const counts = zip64 ? [0xffff, 0xffffffff, 0xffffffff] : [count, length, at];
  const end = fields(
    [4, 0x06054b50],
    [4, 0],
    [2, counts[0]!],
    [2, counts[0]!],
    [4, counts[1]!],
    [4, counts[2]!],
    [2, note.length],
  );
  return join([...parts, ...directory, ...(zip64 ? [end64, locator] : []), end, note]);
}

/** Little-endian numbers of some widths in bytes. */
function fields(...numbers: readonly (readonly [width: number, value: number])[]): Uint8Array {
  return join(
    numbers.map(([width, value]) => Uint8Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** i) % 256)),
  );
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
