import { stopGradient } from "../../autodiff/stop-gradient.ts";
import { add, sub } from "../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** The value of one, the gradient of the other. */
export function withValueOf(value: AnyTensor, objective: AnyTensor): AnyTensor {
  return add(stopGradient(sub(value, objective)), objective);
}
