import type { NumericArray, Precision } from "../dtype.ts";
import { allocate } from "../dtype.ts";
import type { Matrix } from "../matrix-loops.ts";
import { multiplyAdd, rowMajor, transposed } from "../matrix-loops.ts";
import type { Shape } from "../shape.ts";
import { sizeOf } from "../shape.ts";
import type { ConvParams } from "./conv-geometry.ts";

// A convolution as matrix products, image by image and group by group. A row of the patch matrix (oh·ow, kh·kw·depth)
// holds what one output pixel reads: zeros where it reads the padding.

/** The arrays of one convolution y = x ∗ w. A record reads two of them and writes the third. */
interface Convolution {
  readonly x: NumericArray;
  readonly w: NumericArray;
  readonly y: NumericArray;
  /** (n,h,w,c), (kh,kw,c/groups,k), (n,oh,ow,k) */
  readonly shapes: { readonly x: Shape; readonly w: Shape; readonly y: Shape };
  readonly params: ConvParams;
  readonly precision: Precision;
}

/** y += x ∗ w. */
export function convolveForward(call: Convolution): void {
  eachGroup(call, ({ patches, pixels, reads, share, weight, result, sources, first, depth }) => {
    readPatches(patches, call.x, sources, first, depth);
    multiplyAdd(pixels, reads, share, rowMajor(patches, reads), weight, result);
  });
}

/** w += the transpose of convolution of x, applied to y. */
export function convolveWeightGradient(call: Convolution): void {
  eachGroup(call, ({ patches, pixels, reads, share, weight, result, sources, first, depth }) => {
    readPatches(patches, call.x, sources, first, depth);
    multiplyAdd(reads, pixels, share, transposed(rowMajor(patches, reads)), result, weight);
  });
}

/** x += the transpose of convolution with w, applied to y. */
export function convolveInputGradient(call: Convolution): void {
  eachGroup(call, ({ patches, pixels, reads, share, weight, result, sources, first, depth }) => {
    patches.fill(0);
    multiplyAdd(pixels, share, reads, result, transposed(weight), rowMajor(patches, reads));
    addPatches(patches, call.x, sources, first, depth);
  });
}

/** One group of one image. */
interface Group {
  /** Scratch for (pixels, reads). */
  readonly patches: NumericArray;
  readonly pixels: number;
  readonly reads: number;
  /** Output channels of the group. */
  readonly share: number;
  /** (reads, share) in w, and (pixels, share) in y. */
  readonly weight: Matrix;
  readonly result: Matrix;
  /** For each output pixel and tap, the offset in the image of the pixel read, −1 for padding. */
  readonly sources: Int32Array;
  /** Where the image's first pixel of the group lies in x. */
  readonly first: number;
  /** Input channels of the group. */
  readonly depth: number;
}

function eachGroup({ w, y, shapes, params, precision }: Convolution, visit: (group: Group) => void): void {
  const [kh, kw, depth, k] = shapes.w as [number, number, number, number];
  const [reads, share] = [kh * kw * depth, k / params.groups];
  const pixels = sizeOf(shapes.y.slice(1, 3));
  const patches = allocate("f32", pixels * reads, precision);
  const sources = sourcesOf(shapes, params);
  const image = sizeOf(shapes.x.slice(1));
  for (let s = 0; s < shapes.x[0]!; s++) {
    for (let group = 0; group < params.groups; group++) {
      const weight = rowMajor(w, k, group * share);
      const result = rowMajor(y, k, s * pixels * k + group * share);
      const first = s * image + group * depth;
      visit({ patches, pixels, reads, share, weight, result, sources, first, depth });
    }
  }
}

function sourcesOf(shapes: Convolution["shapes"], { stride, padding, dilation }: ConvParams): Int32Array {
  const [, height, width, c] = shapes.x as [number, number, number, number];
  const [kh, kw] = shapes.w as [number, number];
  const [, oh, ow] = shapes.y as [number, number, number];
  const sources = new Int32Array(oh * ow * kh * kw);
  let at = 0;
  for (let r = 0; r < oh; r++) {
    for (let q = 0; q < ow; q++) {
      for (let i = 0; i < kh; i++) {
        for (let j = 0; j < kw; j++) {
          const row = r * stride[0] - padding[0] + i * dilation[0];
          const column = q * stride[1] - padding[2] + j * dilation[1];
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          sources[at++] = inside ? (row * width + column) * c : -1;
        }
      }
    }
  }
  return sources;
}

function readPatches(patches: NumericArray, x: NumericArray, sources: Int32Array, first: number, depth: number): void {
  let to = 0;
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i]!;
    if (source < 0) for (let d = 0; d < depth; d++) patches[to++] = 0;
    else for (let d = 0; d < depth; d++) patches[to++] = x[first + source + d]!;
  }
}

function addPatches(patches: NumericArray, x: NumericArray, sources: Int32Array, first: number, depth: number): void {
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i]!;
    if (source < 0) continue;
    for (let d = 0; d < depth; d++) x[first + source + d]! += patches[i * depth + d]!;
  }
}
