import { ConfigError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { softmaxCrossEntropy } from "../tensor/ops/cross-entropy.ts";
import { add, expm1, mul, neg } from "../tensor/ops/elementwise.ts";
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

const checkSymmetricCrossEntropy = parameters(
  "symmetricCrossEntropy",
  { logits: kind.tensor, labels: kind.indices },
  { alpha: kind.notNegative, beta: kind.notNegative },
);

/** ln of what a probability of 0 in a one-hot label counts as: 1e-4. */
const floor = Math.log(1e-4);

/**
 * α·CE + β·RCE, where RCE, the reverse cross entropy, takes the prediction for the truth: −Σ p·ln y, with ln 0 counted as ln 1e-4, which is
 * 9.21·(1 − p(label)). It is bounded, so that samples with a wrong label pull less.
 *
 * @param logits - `(n, k)`, f32.
 * @param labels - `(n)`, i32, 0 … k−1.
 * @param options.alpha - α ≥ 0. @defaultValue 0.1
 * @param options.beta - β ≥ 0. @defaultValue 1
 * @returns `(n)`, ≥ 0.
 * @see Wang et al. 2019, Symmetric Cross Entropy for Robust Learning with Noisy Labels
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { symmetricCrossEntropy } from "deconfound/nn";
 *
 * const losses = symmetricCrossEntropy(tensor([[0, 0], [9, 0]]), tensor([0, 0], { dtype: "i32" }));
 * const values = await evaluateReference(losses).data();
 * console.log(Array.from(values, (value) => value.toFixed(3)).join(" ")); // 4.674 0.001
 * ```
 */
export function symmetricCrossEntropy(
  logits: AnyTensor,
  labels: AnyTensor,
  options: { alpha?: number | undefined; beta?: number | undefined } = {},
): Tensor {
  checkSymmetricCrossEntropy(arguments);
  const { alpha = 0.1, beta = 1 } = options;
  const losses = softmaxCrossEntropy(logits, labels);
  return add(mul(losses, alpha), mul(expm1(neg(losses)), beta * floor));
}
