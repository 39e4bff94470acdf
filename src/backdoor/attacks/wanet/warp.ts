import type { RandomStream } from "../../../data/random-stream.ts";
import { resizeBicubic } from "./bicubic.ts";

/** Where each pixel is read, in −1 … 1 between the centres of the corner pixels: `(height, width)` each. */
export interface SamplingGrid {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** What a warp is made from. */
export interface WarpOptions {
  /** k: the field has k×k control points. */
  readonly grid: number;
  /** s */
  readonly strength: number;
  /** Factor of the whole grid. */
  readonly rescale: number;
}

const clamp = (value: number): number => Math.min(1, Math.max(-1, value));

/**
 * The warp that all triggered images share:
 *
 *     P ~ U(−1, 1)^(2×k×k),   P ← P / mean|P|,   F = bicubic(P),   g = clamp((I + s·F/size)·rescale, −1, 1)
 *
 * @param draw - of P: x first, then y.
 */
export function warpGrid(
  draw: RandomStream,
  { grid, strength, rescale }: WarpOptions,
  [height, width]: readonly [number, number],
): SamplingGrid {
  const points = Float64Array.from({ length: 2 * grid * grid }, () => draw.uniform(-1, 1));
  const size = points.reduce((sum, value) => sum + Math.abs(value), 0) / points.length;
  const control = points.map((value) => value / size);
  const field = (from: number): Float64Array =>
    resizeBicubic(control.subarray(from * grid * grid, (from + 1) * grid * grid), [grid, grid], [height, width]);
  const place = (i: number, length: number): number => (length === 1 ? 0 : (2 * i) / (length - 1) - 1);
  return {
    x: field(0).map((f, at) => clamp((place(at % width, width) + (strength * f) / width) * rescale)),
    y: field(1).map((f, at) => clamp((place(Math.floor(at / width), height) + (strength * f) / height) * rescale)),
  };
}

/** The grid with noise of up to one pixel's size on top, one draw per pixel and axis: a false trigger. */
export function noisyGrid(
  { x, y }: SamplingGrid,
  draw: RandomStream,
  [height, width]: readonly [number, number],
): SamplingGrid {
  return {
    x: x.map((value) => clamp(value + draw.uniform(-1, 1) / width)),
    y: y.map((value) => clamp(value + draw.uniform(-1, 1) / height)),
  };
}

/**
 * Reads an image at a grid, bilinearly; bytes are rounded.
 *
 * @param image - `(height, width, channels)`.
 * @param into - of the same form; filled.
 */
export function sampleBilinear(
  image: Uint8Array,
  { x, y }: SamplingGrid,
  [height, width, channels]: readonly [number, number, number],
  into: Uint8Array,
): void {
  for (let at = 0; at < height * width; at++) {
    const [column, row] = [((x[at]! + 1) / 2) * (width - 1), ((y[at]! + 1) / 2) * (height - 1)];
    const [left, top] = [Math.floor(column), Math.floor(row)];
    const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
    const [fx, fy] = [column - left, row - top];
    for (let c = 0; c < channels; c++) {
      const value = (r: number, k: number): number => image[(r * width + k) * channels + c]!;
      const above = (1 - fx) * value(top, left) + fx * value(top, right);
      const below = (1 - fx) * value(bottom, left) + fx * value(bottom, right);
      into[at * channels + c] = Math.round((1 - fy) * above + fy * below);
    }
  }
}
