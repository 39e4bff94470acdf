import { crossEntropy } from "../../nn/losses.ts";
import * as kind from "../../tensor/kinds.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { add, exp, mul, square, sub } from "../../tensor/ops/elementwise.ts";
import type { Operand } from "../../tensor/ops/signatures.ts";
import { parameters, required } from "../../tensor/parameters.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** KL(N(μ, diag e^s) ‖ N(0, 1)) of each row: ½ Σ (μ² + e^s − s − 1). */
export function normalKl(mean: AnyTensor, logVariance: AnyTensor): AnyTensor {
  return mul(sum(sub(add(square(mean), exp(logVariance)), add(logVariance, 1)), { axis: 1 }), 0.5);
}

const checkVib = parameters(
  "vibLoss",
  { logits: kind.tensor, labels: kind.tensor, mean: kind.tensor, logVariance: kind.tensor },
  { beta: required(kind.operand) },
);

/**
 * The variational information bottleneck, per sample: cross entropy + β·KL(q(z | x) ‖ N(0, 1)). The first term keeps what z knows of the
 * label, the second is an upper bound of what it knows of x.
 *
 * @param logits - `f32 (n, k)`, of a z drawn from N(mean, e^logVariance). @param labels - `i32 (n)`.
 * @param mean - `f32 (n, d)`. @param logVariance - `f32 (n, d)`. @returns `f32 (n)`.
 * @see Alemi et al., Deep Variational Information Bottleneck (2017), eq. 17
 * @example
 * ```ts
 * import { evaluateReference, tensor, zeros } from "deconfound";
 * import { vibLoss } from "deconfound/mi";
 *
 * const loss = vibLoss(zeros([1, 2]), tensor([0], { dtype: "i32" }), tensor([[2, 0]]), zeros([1, 2]), { beta: 0.1 });
 * console.log((await evaluateReference(loss).data())[0]?.toFixed(3)); // 0.893
 * ```
 */
export function vibLoss(
  logits: AnyTensor,
  labels: AnyTensor,
  mean: AnyTensor,
  logVariance: AnyTensor,
  options: { beta: Operand },
): AnyTensor {
  checkVib(arguments);
  return add(crossEntropy(logits, labels), mul(normalKl(mean, logVariance), options.beta));
}
