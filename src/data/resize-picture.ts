import type { Picture } from "../formats/png.ts";

/**
 * A picture at another size, by a triangle filter along each axis: bilinear where it grows; where it shrinks the filter is as much
 * wider, so that every pixel counts (PIL's `BILINEAR`). The same bytes on every machine.
 */
export function resizePicture(picture: Picture, height: number, width: number): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const { channels } = picture;
  const across = taps(picture.width, width);
  const down = taps(picture.height, height);
  const rows = new Float32Array(picture.height * width * channels); // each row of the source at the new width
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = across[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) {
          sum += weights[k]! * picture.pixels[(y * picture.width + first + k) * channels + c]!;
        }
        rows[(y * width + x) * channels + c] = sum;
      }
    }
  }
  const pixels = new Uint8Array(height * width * channels);
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    const { first, weights } = down[y]!;
    for (let i = 0; i < row; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * rows[(first + k) * row + i]!;
      pixels[y * row + i] = Math.max(0, Math.min(255, Math.round(sum)));
    }
  }
  return { pixels, height, width, channels };
}

/** Which pixels of the old axis make one of the new, and their shares, which sum to 1. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

function taps(from: number, to: number): readonly Taps[] {
  const scale = from / to;
  const reach = Math.max(scale, 1); // half the width of the triangle, in old pixels
  return Array.from({ length: to }, (_, at) => {
    const centre = (at + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const raw = Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}

/** A rectangle of pixels; `right` and `bottom` are the first ones outside it. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The pixels within a rectangle, which lies in the picture. */
export function cropPicture({ pixels, width, channels }: Picture, { left, top, right, bottom }: Rectangle): Picture {
  const row = (right - left) * channels;
  const cropped = new Uint8Array((bottom - top) * row);
  for (let y = top; y < bottom; y++) {
    const from = (y * width + left) * channels;
    cropped.set(pixels.subarray(from, from + row), (y - top) * row);
  }
  return { pixels: cropped, height: bottom - top, width: right - left, channels };
}
