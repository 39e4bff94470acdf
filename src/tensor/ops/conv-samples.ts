import type { Shape } from "../shape.ts";
import type { ConvParams } from "./conv-geometry.ts";

/** Shapes of one example convolution. */
interface ConvSample {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly params: ConvParams;
}

const plain: ConvParams = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 };
const convSample = (x: Shape, w: Shape, y: Shape, params: Partial<ConvParams> = {}): ConvSample => ({
  x,
  w,
  y,
  params: { ...plain, ...params },
});

/** Example calls of all three records. */
export const convSamples: readonly ConvSample[] = [
  convSample([2, 5, 4, 3], [3, 3, 3, 4], [2, 5, 4, 4], { padding: [1, 1, 1, 1] }),
  convSample([1, 6, 6, 4], [3, 3, 4, 8], [1, 3, 3, 8], { padding: [1, 1, 1, 1], stride: [2, 2] }),
  convSample([1, 5, 7, 2], [2, 3, 2, 3], [1, 5, 3, 3], { padding: [0, 1, 2, 0], stride: [1, 3] }), // asymmetric, even kernel
  convSample([1, 7, 8, 2], [3, 2, 2, 2], [1, 3, 6, 2], { dilation: [2, 2] }),
  convSample([2, 4, 4, 4], [3, 3, 2, 6], [2, 4, 4, 6], { padding: [1, 1, 1, 1], groups: 2 }),
  convSample([1, 4, 3, 3], [3, 3, 1, 3], [1, 2, 1, 3], { groups: 3 }), // depthwise
  convSample([2, 4, 4, 4], [1, 1, 4, 4], [2, 2, 2, 4], { stride: [2, 2] }), // rows and columns that no window reads
  convSample([1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]),
  convSample([1, 1, 1, 2], [3, 3, 2, 1], [1, 1, 1, 1], { padding: [1, 1, 1, 1] }),
];
