import { add, div, sqrt, sub } from "../../tensor/ops/elementwise.ts";
import { mean, variance } from "../../tensor/ops/mean.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

const least = 1e-5; // added to a variance: features that do not vary, and batches of one

/** Each feature less its mean over the batch, by its deviation: information does not change, and units no longer matter. */
export function standardize(z: AnyTensor): AnyTensor {
  const centred = sub(z, mean(z, { axis: 0, keepDims: true }));
  return div(centred, sqrt(add(variance(z, { axis: 0, keepDims: true }), least)));
}
