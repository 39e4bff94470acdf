import { DataError } from "../tensor/errors.ts";
import { compress, joined } from "./compression.ts";
import { crc32 } from "./crc32.ts";

/** A picture in memory: `pixels` is `(height, width, channels)`, row-major, 0 … 255; one channel is grey, three are RGB. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * A PNG file of a picture, 8 bits per channel, without loss. Compressed by the platform's `CompressionStream`.
 *
 * Source: PNG (Third Edition), W3C 2025, chunks IHDR, IDAT, IEND; every row has filter 0.
 * @throws DataError if the pixels are not height × width × channels, or the channels not 1 or 3.
 * @example
 * ```ts
 * import { encodePng } from "deconfound/formats";
 *
 * const file = await encodePng({ pixels: Uint8Array.of(0, 255), height: 1, width: 2, channels: 1 });
 * console.log(String.fromCharCode(...file.subarray(1, 4))); // PNG
 * ```
 */
export async function encodePng({ pixels, height, width, channels }: Picture): Promise<Uint8Array> {
  if ((channels !== 1 && channels !== 3) || pixels.length !== height * width * channels || pixels.length === 0) {
    throw new DataError(`encodePng: ${pixels.length} bytes for ${height}×${width}×${channels}`, [
      "expects height × width × channels bytes, and 1 or 3 channels",
    ]);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 1 ? 0 : 2], 8); // bits, colour type; then compression, filter and interlace: 0
  const row = width * channels;
  const rows = new Uint8Array(height * (row + 1)); // a filter byte, 0, before each
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", await compress(rows, "deflate")),
    chunk("IEND", new Uint8Array(0)),
  ];
  return joined(parts);
}

/** Length, type, content, and the checksum of type and content. */
function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}
