import { stack } from "../../tensor/ops/concat.ts";
import { logSumExp } from "../../tensor/ops/log-sum-exp.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** ln(eᵃ + eᵇ) of tensors of one shape. */
export function logAddExp(a: AnyTensor, b: AnyTensor): AnyTensor {
  return logSumExp(stack([a, b]), { axis: 0 });
}
