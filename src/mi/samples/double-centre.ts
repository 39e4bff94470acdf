import { add, sub } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** HAH with H = I − 1/n: rows and columns of a symmetric matrix lose their means. */
export function doubleCentre(a: AnyTensor): AnyTensor {
  const rows = sub(sub(a, mean(a, { axis: 1, keepDims: true })), mean(a, { axis: 0, keepDims: true }));
  return add(rows, mean(a));
}
