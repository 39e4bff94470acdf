import { crossEntropy } from "../../nn/losses.ts";
import * as kind from "../../tensor/kinds.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { add, mul, square, sub } from "../../tensor/ops/elementwise.ts";
import type { Operand } from "../../tensor/ops/signatures.ts";
import { parameters, required } from "../../tensor/parameters.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

const checkCeb = parameters(
  "cebLoss",
  { logits: kind.tensor, labels: kind.tensor, forward: kind.tensor, backward: kind.tensor },
  { beta: required(kind.operand) },
);

/**
 * The conditional entropy bottleneck, per sample: cross entropy + β·KL(e(z | x) ‖ b(z | y)), both normal with variance 1, so that the
 * second term is ½|e(x) − b(y)|²: an upper bound of I(X; Z | Y), what z knows of x beyond the label.
 *
 * @param forward - e(x), `f32 (n, d)`. @param backward - b(y), `f32 (n, d)`, such as rows of a table of classes. @returns `f32 (n)`.
 * @see Fischer, The Conditional Entropy Bottleneck (2020), eq. 12
 * @example
 * ```ts
 * import { evaluateReference, tensor, zeros } from "deconfound";
 * import { cebLoss } from "deconfound/mi";
 *
 * const loss = cebLoss(zeros([1, 2]), tensor([0], { dtype: "i32" }), tensor([[2, 0]]), tensor([[1, 0]]), { beta: 0.1 });
 * console.log((await evaluateReference(loss).data())[0]?.toFixed(3)); // 0.743
 * ```
 */
export function cebLoss(
  logits: AnyTensor,
  labels: AnyTensor,
  forward: AnyTensor,
  backward: AnyTensor,
  options: { beta: Operand },
): AnyTensor {
  checkCeb(arguments);
  const rate = mul(sum(square(sub(forward, backward)), { axis: 1 }), 0.5);
  return add(crossEntropy(logits, labels), mul(rate, options.beta));
}
