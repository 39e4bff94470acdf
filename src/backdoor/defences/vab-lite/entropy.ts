import { sum } from "../../../tensor/ops/broadcast.ts";
import { exp, mul, neg } from "../../../tensor/ops/elementwise.ts";
import { logSoftmax } from "../../../tensor/ops/softmax.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

/**
 * The entropy of predictions: −Σ p·ln p, p = softmax(logits). Of sure ones it is 0, never NaN.
 *
 * @param logits - `f32 (n, k)`.
 * @returns `f32 (n)`, in nats, in [0, ln k].
 *
 * Deviation: V&B's authors take p·ln p of a p that was rounded to 0, which is NaN, and count it as 0.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { entropyOf } from "deconfound/backdoor";
 *
 * const values = await evaluateReference(entropyOf(tensor([[0, 0], [900, 0]]))).data();
 * console.log(Array.from(values, (value) => value.toFixed(3)).join(" ")); // 0.693 0.000
 * ```
 */
export function entropyOf(logits: AnyTensor): AnyTensor {
  const logs = logSoftmax(logits);
  return neg(sum(mul(exp(logs), logs), { axis: 1 }));
}
