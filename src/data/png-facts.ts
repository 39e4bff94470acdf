import type { ImageFacts } from "./image-decoder.ts";

const mostPixels = 2 ** 28;
/** Names of chunks, as the numbers that their four bytes make. */
const [header, end, exif, transparency] = ["IHDR", "IEND", "eXIf", "tRNS"].map((name) =>
  [...name].reduce((number, letter) => number * 256 + letter.charCodeAt(0), 0),
);

/**
 * What a PNG is, by its chunks alone: a decoder needs a fifth of a small picture's decoding time to say it.
 *
 * @returns undefined where the decoder must look: a damaged file, or one with EXIF data, which may ask for a rotation.
 */
export function pngFacts(bytes: Uint8Array): ImageFacts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 33 || view.getUint32(12) !== header) return undefined;
  const [width, height, colours] = [view.getUint32(16), view.getUint32(20), bytes[25]!];
  if (width < 1 || height < 1 || width * height > mostPixels || ![0, 2, 3, 4, 6].includes(colours)) return undefined;
  let alpha = colours >= 4; // grey or RGB with alpha
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === end) return { height, width, channels: colours === 0 || colours === 4 ? 1 : 3, alpha };
    if (type === exif) return undefined;
    if (type === transparency) alpha = true; // one transparent colour, or an alpha per colour of the palette
  }
  return undefined;
}
