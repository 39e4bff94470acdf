import * as kind from "../tensor/kinds.ts";
import type { ConvOptions } from "../tensor/ops/conv2d.ts";
import { conv2d } from "../tensor/ops/conv2d.ts";
import { add } from "../tensor/ops/elementwise.ts";
import { optional, parameters } from "../tensor/parameters.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

/** `weight (kh, kw, c/groups, k)` and `bias (k)`. */
export type ConvLayerParams = { readonly weight: AnyTensor; readonly bias?: AnyTensor | undefined };

const checkConvLayer = parameters(
  "convLayer",
  { params: kind.fields({ weight: kind.tensor, bias: optional(kind.tensor) }), x: kind.tensor },
  { stride: kind.pair, padding: kind.padding, dilation: kind.pair, groups: kind.number },
);

/**
 * Convolution of images `(n, h, w, c)` and, where there is one, its bias.
 *
 * @example
 * ```ts
 * import { evaluateReference, ones, tensor } from "deconfound";
 * import { convLayer } from "deconfound/nn";
 *
 * const x = tensor([[[[1], [2]], [[3], [4]]]]); // one image, 2×2, one channel
 * const y = convLayer({ weight: ones([2, 2, 1, 1]), bias: tensor([10]) }, x);
 * console.log(String(y.shape), String(await evaluateReference(y).data())); // 1,1,1,1 20
 * ```
 */
export function convLayer(params: ConvLayerParams, x: AnyTensor, options: ConvOptions = {}): Tensor {
  checkConvLayer(arguments);
  const y = conv2d(x, params.weight, options);
  return params.bias === undefined ? y : add(y, params.bias);
}
