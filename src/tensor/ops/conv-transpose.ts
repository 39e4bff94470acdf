import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import type { Padding, Pair } from "./conv-geometry.ts";
import { checkRank, pairOf, sidesOf } from "./conv-geometry.ts";
import { convInputGradient } from "./conv2d.ts";

export interface ConvTransposeOptions {
  /** Pixels between the places where an input pixel lands. @defaultValue 1 */
  readonly stride?: Pair | undefined;
  /** Rows and columns cut off the result: the zeros of the convolution that this transposes. @defaultValue "valid" */
  readonly padding?: Exclude<Padding, "same"> | undefined;
  /** @defaultValue 1 */
  readonly dilation?: Pair | undefined;
  /** @defaultValue 1 */
  readonly groups?: number | undefined;
  /** Rows below and columns right that the convolution's stride would leave unread. @defaultValue 0 */
  readonly outputPadding?: Pair | undefined;
}

const checkConvTranspose2d = parameters(
  "convTranspose2d",
  { x: kind.tensor, w: kind.tensor },
  { stride: kind.pair, padding: kind.padding, dilation: kind.pair, groups: kind.number, outputPadding: kind.pair },
);

/**
 * Transposed convolution: the linear map that takes conv2d's results back to its inputs.
 *
 * @param x - `(n, h, w, k)`, f32.
 * @param w - `(kh, kw, c/groups, k)`, f32: the kernels of the convolution that is transposed, so that the last axis is read.
 * @returns `(n, H, W, c)`, H = (h − 1)·stride − top − bottom + dilation·(kh − 1) + 1 + outputPadding.
 * @throws ShapeError if the channels disagree, or H or W is below 1.
 * @see torch.nn.functional.conv_transpose2d
 * @example
 * ```ts
 * import { convTranspose2d, evaluateReference, ones, tensor } from "deconfound";
 * const image = tensor([[[[1], [2]]]]); // one row of two pixels
 * console.log(String(await evaluateReference(convTranspose2d(image, ones([2, 2, 1, 1]), { stride: 2 })).data())); // 1,1,2,2,1,1,2,2
 * ```
 */
export function convTranspose2d(x: AnyTensor, w: AnyTensor, options?: ConvTransposeOptions): Tensor;
export function convTranspose2d(x: AnyTensor, w: AnyTensor, options: ConvTransposeOptions = {}): AnyTensor {
  checkConvTranspose2d(arguments);
  const op = "convTranspose2d";
  checkRank(op, "x", x.shape, ["n", "h", "w", "k"]);
  checkRank(op, "w", w.shape, ["kh", "kw", "c/groups", "k"]);
  const stride = pairOf(op, "stride", options.stride ?? 1, 1);
  const dilation = pairOf(op, "dilation", options.dilation ?? 1, 1);
  const extra = pairOf(op, "outputPadding", options.outputPadding ?? 0, 0);
  const [groups] = pairOf(op, "groups", options.groups ?? 1, 1);
  const [kh, kw, depth] = w.shape as [number, number, number];
  const padding = sidesOf(op, options.padding ?? "valid", [0, 0], [kh, kw], stride, dilation);
  const height = (x.shape[1]! - 1) * stride[0] - padding[0] - padding[1] + dilation[0] * (kh - 1) + 1 + extra[0];
  const width = (x.shape[2]! - 1) * stride[1] - padding[2] - padding[3] + dilation[1] * (kw - 1) + 1 + extra[1];
  if (height < 1 || width < 1) {
    throw new ShapeError(`${op}: the result would be ${height}×${width}`, ["take less padding"], captureSite());
  }
  const inputShape = [x.shape[0]!, height, width, depth * groups];
  return convInputGradient(x, w, { stride, padding, dilation, groups, inputShape });
}
