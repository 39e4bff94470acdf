import { ConfigError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { softmaxCrossEntropy } from "../tensor/ops/cross-entropy.ts";
import { expm1, mul } from "../tensor/ops/elementwise.ts";
import { parameters } from "../tensor/parameters.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

const checkCrossEntropy = parameters("crossEntropy", { logits: kind.tensor, labels: kind.indices });

/**
 * −ln p(label), p = softmax(logits): one loss per example, in nats.
 *
 * @param logits - `(n, k)`, f32.
 * @param labels - `(n)`, i32, 0 … k−1.
 * @returns `(n)`, ≥ 0.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { crossEntropy } from "deconfound/nn";
 *
 * const losses = crossEntropy(tensor([[0, 0], [2, 0]]), tensor([0, 1], { dtype: "i32" }));
 * const values = await evaluateReference(losses).data();
 * console.log(Array.from(values, (value) => value.toFixed(3)).join(" ")); // 0.693 2.127
 * ```
 */
export function crossEntropy(logits: AnyTensor, labels: AnyTensor): Tensor {
  checkCrossEntropy(arguments);
  return softmaxCrossEntropy(logits, labels);
}

const checkGeneralizedCrossEntropy = parameters(
  "generalizedCrossEntropy",
  { logits: kind.tensor, labels: kind.indices },
  { q: kind.number },
);

/**
 * (1 − p(label)^q)/q, between cross entropy (q → 0) and mean absolute error (q = 1). Its gradient is cross entropy's times
 * p(label)^q, so that easy examples count more. Computed as −expm1(−q·CE)/q, without cancellation.
 *
 * @param logits - `(n, k)`, f32.
 * @param labels - `(n)`, i32, 0 … k−1.
 * @param options.q - in (0, 1]. @defaultValue 0.7
 * @returns `(n)`, in [0, 1/q].
 * @throws ConfigError for another q.
 * @see Zhang & Sabuncu 2018
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { generalizedCrossEntropy } from "deconfound/nn";
 *
 * const losses = generalizedCrossEntropy(tensor([[0, 0], [2, 0]]), tensor([0, 1], { dtype: "i32" }), { q: 1 });
 * const values = await evaluateReference(losses).data();
 * console.log(Array.from(values, (value) => value.toFixed(3)).join(" ")); // 0.500 0.881
 * ```
 */
export function generalizedCrossEntropy(
  logits: AnyTensor,
  labels: AnyTensor,
  options: { q?: number | undefined } = {},
): Tensor {
  checkGeneralizedCrossEntropy(arguments);
  const { q = 0.7 } = options;
  if (!(q > 0 && q <= 1)) {
    throw new ConfigError(`generalizedCrossEntropy: q is ${q}`, ["expects 0 < q ≤ 1"], captureSite());
  }
  return mul(expm1(mul(softmaxCrossEntropy(logits, labels), -q)), -1 / q);
}
