import { DataError } from "../tensor/errors.ts";
import type { Picture } from "./picture.ts";

const signature = [137, 80, 78, 71, 13, 10, 26, 10];

/**
 * A picture as a PNG file: 8 bits per channel, grey or RGB, not interlaced. Equal pixels give equal pixels back; the compressed
 * bytes are those of the platform's `CompressionStream`.
 *
 * @throws DataError for a picture without pixels, with other than 1 or 3 channels, or whose pixels do not have its size.
 * @see PNG (Portable Network Graphics) Specification, third edition, W3C
 */
export async function encodePng({ height, width, channels, pixels }: Picture): Promise<Uint8Array<ArrayBuffer>> {
  if ((channels !== 1 && channels !== 3) || pixels.length === 0 || pixels.length !== height * width * channels) {
    throw new DataError(`encodePng: ${pixels.length} bytes are no picture of ${height}×${width}×${channels}`, [
      "expects height×width×channels bytes, 1 or 3 channels",
    ]);
  }
  const row = width * channels;
  // Each row is filtered by "up": the difference to the row above, which is small in photographs and 0 in enlarged pixels.
  const filtered = new Uint8Array(height * (1 + row));
  for (let y = 0; y < height; y++) {
    const to = y * (1 + row);
    filtered[to] = 2;
    for (let x = 0; x < row; x++) {
      filtered[to + 1 + x] = pixels[y * row + x]! - (y === 0 ? 0 : pixels[(y - 1) * row + x]!);
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 1 ? 0 : 2, 0, 0, 0], 8); // bits, colour type, compression, filter method, interlace
  const chunks = [chunk("IHDR", header), chunk("IDAT", await deflate(filtered)), chunk("IEND", new Uint8Array())];
  return joined([Uint8Array.from(signature), ...chunks]);
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Length, type, data, checksum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
