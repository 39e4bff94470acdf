import { DataError } from "../tensor/errors.ts";
import { joined } from "./compression.ts";
import type { Picture } from "./png.ts";

/** The header of a PPM or PGM file. */
export interface PnmHeader {
  readonly height: number;
  readonly width: number;
  /** 3 for PPM (P6), 1 for PGM (P5). */
  readonly channels: 1 | 3;
  /** The value of full brightness, 1 … 65535. Above 255 a value has two bytes, the higher one first. */
  readonly largest: number;
  /** Where the pixels begin, in bytes. */
  readonly start: number;
}

const longestHeader = 2 ** 16; // bytes, comments included
const mostPixels = 2 ** 28;

/**
 * The header of a binary PPM (`P6`) or PGM (`P5`) file. Comments, from `#` to the end of the line, may stand between its numbers.
 *
 * @throws DataError for another file, a header that does not end, or sizes out of range.
 */
export function readPnmHeader(bytes: Uint8Array): PnmHeader {
  if (bytes[0] !== 0x50 || (bytes[1] !== 0x35 && bytes[1] !== 0x36)) {
    throw new DataError("is not a binary PPM or PGM picture", ["expects P6 or P5 at the start"]);
  }
  const numbers: number[] = [];
  let at = 2;
  while (numbers.length < 3) {
    const found = nextNumber(bytes, at);
    numbers.push(found.value);
    at = found.end;
  }
  const [width, height, largest] = numbers as [number, number, number];
  if (width < 1 || height < 1 || width * height > mostPixels) {
    throw new DataError(`its header says ${height}×${width} pixels`, [`expects 1 … ${mostPixels} of them`]);
  }
  if (largest < 1 || largest > 65535) {
    throw new DataError(`its header says ${largest} for full brightness`, ["expects 1 … 65535"]);
  }
  if (!isSpace(bytes[at])) throw new DataError("its header does not end in a blank or line end");
  return { width, height, channels: bytes[1] === 0x36 ? 3 : 1, largest, start: at + 1 };
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);

/** The next number after blanks and comments, of which there must be one. */
function nextNumber(bytes: Uint8Array, from: number): { value: number; end: number } {
  let at = from;
  while (isSpace(bytes[at]) || bytes[at] === 0x23) {
    if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
    at++;
    if (at > longestHeader) throw new DataError(`its header is longer than ${longestHeader} bytes`);
  }
  const start = at;
  while (bytes[at]! >= 0x30 && bytes[at]! <= 0x39 && at - start < 10) at++;
  if (at === start || start === from) throw new DataError("its header is damaged: a number is missing");
  return { value: Number(String.fromCharCode(...bytes.subarray(start, at))), end: at };
}

/**
 * Decodes a binary PPM (`P6`) or PGM (`P5`) picture.
 *
 * Source: the Netpbm formats, https://netpbm.sourceforge.net/doc/ppm.html. Values are scaled so that the header's full brightness
 * becomes 255, and rounded; those above it, which no valid file has, become 255.
 *
 * @throws DataError for another file, a damaged header, or pixels that end early.
 * @example
 * ```ts
 * import { decodePnm } from "deconfound/formats";
 *
 * const file = new TextEncoder().encode("P5 # a comment\n2 1 255\nAB");
 * const { pixels, height, width, channels } = decodePnm(file);
 * console.log(height, width, channels, String(pixels)); // 1 2 1 65,66
 * ```
 */
export function decodePnm(bytes: Uint8Array): Picture {
  const { height, width, channels, largest, start } = readPnmHeader(bytes);
  const count = height * width * channels;
  const size = largest > 255 ? 2 : 1;
  if (bytes.length - start < count * size) {
    throw new DataError(`ends early: ${bytes.length - start} of ${count * size} bytes of pixels`);
  }
  if (largest === 255) return { pixels: bytes.slice(start, start + count), height, width, channels };
  const pixels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = start + i * size;
    const value = size === 1 ? bytes[at]! : 256 * bytes[at]! + bytes[at + 1]!;
    pixels[i] = Math.min(255, Math.round((value * 255) / largest));
  }
  return { pixels, height, width, channels };
}

/**
 * A binary PPM file of three channels, or PGM of one, 8 bits each: the inverse of {@link decodePnm}.
 *
 * @throws DataError if the pixels are not height × width × channels, or the channels not 1 or 3.
 * @example
 * ```ts
 * import { encodePnm } from "deconfound/formats";
 *
 * const file = encodePnm({ pixels: Uint8Array.of(65, 66), height: 1, width: 2, channels: 1 });
 * console.log(JSON.stringify(new TextDecoder().decode(file))); // "P5\n2 1\n255\nAB"
 * ```
 */
export function encodePnm({ pixels, height, width, channels }: Picture): Uint8Array {
  if ((channels !== 1 && channels !== 3) || pixels.length !== height * width * channels || pixels.length === 0) {
    throw new DataError(`encodePnm: ${pixels.length} bytes for ${height}×${width}×${channels}`, [
      "expects height × width × channels bytes, and 1 or 3 channels",
    ]);
  }
  return joined([new TextEncoder().encode(`P${channels === 3 ? 6 : 5}\n${width} ${height}\n255\n`), pixels]);
}
