import { torchUniform } from "../../nn/initialize.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { mul } from "../../tensor/ops/elementwise.ts";
import { matmul } from "../../tensor/ops/matmul.ts";
import { transpose } from "../../tensor/ops/transpose.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Critic } from "./critic.ts";

/** The matrix W of xᵀWy. */
export type BilinearParams = { readonly weight: AnyTensor /* (features of x, features of y) */ };

/**
 * f(x, y) = xᵀWy: for embeddings that are learnt themselves, as in contrastive learning.
 *
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { bilinear } from "deconfound/mi";
 *
 * const critic = bilinear();
 * const params = critic.init(random.key(0), { x: 3, y: 2 });
 * console.log(String(critic.pairs(params, zeros([5, 3]), zeros([5, 2])).shape)); // 5
 * ```
 */
export function bilinear(): Critic<BilinearParams> {
  return {
    name: "bilinear",
    init: (key, { x, y }) => ({ weight: torchUniform(key, [x, y]) }),
    scores: ({ weight }, x, y) => matmul(matmul(x, weight), transpose(y)),
    pairs: ({ weight }, x, y) => sum(mul(matmul(x, weight), y), { axis: 1 }),
  };
}
