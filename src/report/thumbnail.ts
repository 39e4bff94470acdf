import type { Picture } from "../formats/png.ts";
import { encodePng } from "../formats/png.ts";

/** A picture whose longer side has at most so many pixels: each is the mean of what it stands for. Small pictures stay as they are. */
export function thumbnailOf(picture: Picture, longest: number): Picture {
  const { height, width, channels, pixels } = picture;
  const factor = Math.max(height, width) / longest;
  if (factor <= 1) return picture;
  const [rows, columns] = [height, width].map((size) => Math.max(1, Math.round(size / factor))) as [number, number];
  const small = new Uint8Array(rows * columns * channels);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [Math.floor((row * height) / rows), Math.ceil(((row + 1) * height) / rows)];
    for (let column = 0; column < columns; column++) {
      const [left, right] = [Math.floor((column * width) / columns), Math.ceil(((column + 1) * width) / columns)];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) sum += pixels[(y * width + x) * channels + c]!;
        }
        small[(row * columns + column) * channels + c] = Math.round(sum / ((bottom - top) * (right - left)));
      }
    }
  }
  return { height: rows, width: columns, channels, pixels: small };
}

/** A picture as an address that a page holds in itself. Of other than 1 or 3 channels the first 1 or 3 are shown. */
export async function dataUri(picture: Picture): Promise<string> {
  const bytes = await encodePng(firstChannels(picture, picture.channels < 3 ? 1 : 3));
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return `data:image/png;base64,${btoa(text)}`;
}

function firstChannels(picture: Picture, kept: number): Picture {
  const { channels, pixels } = picture;
  if (channels === kept) return picture;
  const first = Uint8Array.from({ length: (pixels.length / channels) * kept }, (_, at) => {
    return pixels[Math.floor(at / kept) * channels + (at % kept)]!;
  });
  return { ...picture, channels: kept, pixels: first };
}
