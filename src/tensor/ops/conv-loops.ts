import type { NumericArray } from "../dtype.ts";
import type { ConvParams } from "./conv-geometry.ts";

/** Sizes of one convolution, as its loops use them. */
interface ConvSizes {
  readonly x: readonly number[]; // (n,h,w,c)
  readonly w: readonly number[]; // (kh,kw,c/groups,k)
  readonly y: readonly number[]; // (n,oh,ow,k)
}

/** What happens where an output pixel meets a tap inside the image: offsets of pixel `x`, tap `w` and pixel `y`. */
type Meet = (x: number, w: number, y: number) => void;

/** Visits output pixels in order and, within each, the taps that fall inside the image. */
function eachTap({ x, w, y }: ConvSizes, { stride, padding, dilation }: ConvParams, meet: Meet): void {
  const [n, height, width, c] = x as [number, number, number, number];
  const [kh, kw, depth, k] = w as [number, number, number, number];
  const [, oh, ow] = y as [number, number, number, number];
  for (let s = 0; s < n; s++) {
    for (let r = 0; r < oh; r++) {
      for (let q = 0; q < ow; q++) {
        const target = ((s * oh + r) * ow + q) * k;
        for (let i = 0; i < kh; i++) {
          const row = r * stride[0] - padding[0] + i * dilation[0];
          if (row < 0 || row >= height) continue;
          for (let j = 0; j < kw; j++) {
            const column = q * stride[1] - padding[2] + j * dilation[1];
            if (column < 0 || column >= width) continue;
            meet(((s * height + row) * width + column) * c, (i * kw + j) * depth * k, target);
          }
        }
      }
    }
  }
}

/** y += x ∗ w. */
export function convolveForward(
  x: NumericArray,
  w: NumericArray,
  y: NumericArray,
  sizes: ConvSizes,
  params: ConvParams,
): void {
  const [, , depth, k] = sizes.w as [number, number, number, number];
  const share = k / params.groups;
  eachTap(sizes, params, (at, tap, to) => {
    for (let group = 0; group < params.groups; group++) {
      const end = (group + 1) * share;
      for (let i = 0; i < depth; i++) {
        const value = x[at + group * depth + i]!;
        const row = tap + i * k;
        for (let o = group * share; o < end; o++) y[to + o]! += value * w[row + o]!;
      }
    }
  });
}

/** x += the transpose of convolution with w, applied to y. */
export function convolveInputGradient(
  x: NumericArray,
  w: NumericArray,
  y: NumericArray,
  sizes: ConvSizes,
  params: ConvParams,
): void {
  const [, , depth, k] = sizes.w as [number, number, number, number];
  const share = k / params.groups;
  eachTap(sizes, params, (at, tap, from) => {
    for (let group = 0; group < params.groups; group++) {
      const end = (group + 1) * share;
      for (let i = 0; i < depth; i++) {
        const row = tap + i * k;
        let total = 0;
        for (let o = group * share; o < end; o++) total += y[from + o]! * w[row + o]!;
        x[at + group * depth + i]! += total;
      }
    }
  });
}

/** w += the transpose of convolution of x, applied to y. */
export function convolveWeightGradient(
  x: NumericArray,
  w: NumericArray,
  y: NumericArray,
  sizes: ConvSizes,
  params: ConvParams,
): void {
  const [, , depth, k] = sizes.w as [number, number, number, number];
  const share = k / params.groups;
  eachTap(sizes, params, (at, tap, from) => {
    for (let group = 0; group < params.groups; group++) {
      const end = (group + 1) * share;
      for (let i = 0; i < depth; i++) {
        const value = x[at + group * depth + i]!;
        const row = tap + i * k;
        for (let o = group * share; o < end; o++) w[row + o]! += value * y[from + o]!;
      }
    }
  });
}
