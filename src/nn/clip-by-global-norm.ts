import * as kind from "../tensor/kinds.ts";
import { stack } from "../tensor/ops/concat.ts";
import { div, maximum, mul } from "../tensor/ops/elementwise.ts";
import { norm } from "../tensor/ops/norm.ts";
import { parameters, required } from "../tensor/parameters.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { flattenTree, mapTree } from "../tensor/tree.ts";

const checkClip = parameters("clipByGlobalNorm", { gradient: kind.tree }, { max: required(kind.positive) });

/**
 * A gradient shortened to a length, its direction kept: g·max/maximum(‖g‖, max), the norm over all tensors of the tree together. Where
 * an element is NaN all become NaN, so that it is seen; squares overflow beyond 1.8e19.
 *
 * @param gradient - a tree of f32 tensors.
 * @param options.max - the length that is left as it is, > 0.
 * @see Pascanu et al. 2013, algorithm 1; torch.nn.utils.clip_grad_norm_
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { clipByGlobalNorm } from "deconfound/nn";
 *
 * const { w, b } = evaluateReference(clipByGlobalNorm({ w: tensor([3, 0]), b: tensor([4]) }, { max: 1 }));
 * console.log([...(await w.data()), ...(await b.data())].map((value) => value.toFixed(1)).join(" ")); // 0.6 0.0 0.8
 * ```
 */
export function clipByGlobalNorm<P extends object>(gradient: P, options: { max: number }): P {
  checkClip(arguments);
  const { max } = options;
  const leaves = flattenTree(gradient);
  if (leaves.length === 0) return gradient;
  const length = norm(stack(leaves.map((leaf) => norm(leaf) as Tensor)) as Tensor);
  const factor = div(max, maximum(length, max));
  return mapTree(gradient, (leaf) => mul(leaf, factor)) as P;
}
