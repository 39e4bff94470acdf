import type { ConvParams } from "../../../src/tensor/ops/conv-geometry.ts";
import { conv2dOp } from "../../../src/tensor/ops/conv2d.ts";
import type { Shape } from "../../../src/tensor/shape.ts";

export interface Convolution {
  readonly title: string;
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly params: ConvParams;
  /** Products that a result may sum, in any of the three ops. */
  readonly terms: number;
}

export function convolution(title: string, x: Shape, w: Shape, params: Partial<ConvParams> = {}): Convolution {
  const full: ConvParams = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1, ...params };
  const y = conv2dOp.infer(
    [x, w].map((shape) => ({ shape, dtype: "f32" as const })),
    full,
  )[0]!.shape;
  return {
    title,
    x,
    w,
    y,
    params: full,
    terms: Math.max(w[0]! * w[1]! * Math.max(w[2]!, w[3]!), y[0]! * y[1]! * y[2]!),
  };
}

const same = { padding: [1, 1, 1, 1] } as const;

/** Convolutions whose sizes straddle the kernels' tiles: 16 and 64 pixels, 16, 32 and 64 channels, quads of channels. */
export const convolutions: readonly Convolution[] = [
  convolution("stem: 3 channels to 16", [2, 9, 7, 3], [3, 3, 3, 16], same),
  convolution("quads: 16 channels to 16, whole parts of pixels", [2, 8, 8, 16], [3, 3, 16, 16], same),
  convolution("subgroups: 32 channels to 36", [1, 5, 5, 32], [3, 3, 32, 36], same),
  convolution("stride 2 on an odd image", [2, 7, 9, 4], [3, 3, 4, 8], { ...same, stride: [2, 2] }),
  convolution("stride 2, one tap", [1, 8, 8, 8], [1, 1, 8, 4], { stride: [2, 2] }),
  convolution("stride 3 × 2, dilation 2 × 3, lopsided padding", [1, 12, 11, 4], [2, 3, 4, 4], {
    stride: [3, 2],
    dilation: [2, 3],
    padding: [2, 1, 0, 3],
  }),
  convolution("stride and dilation share a factor", [1, 11, 11, 2], [3, 3, 2, 5], { stride: [2, 2], dilation: [2, 2] }),
  convolution("groups of quads", [1, 6, 6, 8], [3, 3, 4, 24], { ...same, groups: 2 }),
  convolution("depthwise", [2, 5, 5, 6], [3, 3, 1, 6], { ...same, groups: 6 }),
  convolution("one pixel, one channel", [1, 1, 1, 1], [1, 1, 1, 1]),
];
