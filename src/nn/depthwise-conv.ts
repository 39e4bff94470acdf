import { ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import type { ConvOptions } from "../tensor/ops/conv2d.ts";
import { conv2d } from "../tensor/ops/conv2d.ts";
import { reshape } from "../tensor/ops/reshape.ts";
import { parameters } from "../tensor/parameters.ts";
import type { Shape } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";

/** How a kernel moves over an image; the groups are the channels. */
export type DepthwiseConvOptions = Omit<ConvOptions, "groups">;

const checkDepthwiseConv2d = parameters(
  "depthwiseConv2d",
  { x: kind.tensor, w: kind.tensor },
  { stride: kind.pair, padding: kind.padding, dilation: kind.pair },
);

/**
 * Convolution of each channel of images by kernels of its own: channel c gives channels c·m … c·m + m − 1. A `conv2d` of c groups.
 *
 * @param x - images `(n, h, w, c)`, f32.
 * @param w - kernels `(kh, kw, c, m)`, f32.
 * @returns `(n, oh, ow, c·m)`, sizes as of `conv2d`.
 * @throws ShapeError if the channels disagree or no window fits.
 * @see Chollet 2017; tf.nn.depthwise_conv2d
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { depthwiseConv2d } from "deconfound/nn";
 * const x = tensor([[[[1, 10]]]]); // one pixel of two channels
 * console.log(String(await evaluateReference(depthwiseConv2d(x, tensor([[[[1, 2], [3, 4]]]]))).data())); // 1,2,30,40
 * ```
 */
export function depthwiseConv2d<N extends number>(
  x: Tensor<readonly [N, number, number, number]>,
  w: AnyTensor,
  options?: DepthwiseConvOptions,
): Tensor<[N, number, number, number]>;
export function depthwiseConv2d(
  x: AnyTensor,
  w: AnyTensor,
  options?: DepthwiseConvOptions,
): Tensor<[number, number, number, number]>;
export function depthwiseConv2d(x: AnyTensor, w: AnyTensor, options: DepthwiseConvOptions = {}): AnyTensor {
  checkDepthwiseConv2d(arguments);
  const channels = x.shape[3];
  if (x.shape.length !== 4 || w.shape.length !== 4 || w.shape[2] !== channels) {
    throw new ShapeError(
      `depthwiseConv2d: ${formatType(w)} does not fit ${formatType(x)}`,
      ["expects images (n, h, w, c) and kernels (kh, kw, c, m)"],
      captureSite(),
    );
  }
  const [kh, kw, , m] = w.shape as [number, number, number, number];
  const grouped = reshape<AnyTensor, Shape>(w, [kh, kw, 1, channels! * m]);
  return conv2d(x, grouped as AnyTensor, { ...options, groups: channels! });
}
