import { arange } from "../../../tensor/ops/creation.ts";
import { equal } from "../../../tensor/ops/elementwise.ts";
import { max } from "../../../tensor/ops/extremum.ts";
import { expandDims } from "../../../tensor/ops/reshape.ts";
import { where } from "../../../tensor/ops/select.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

/**
 * The largest value of each class, 0 for a class without samples.
 *
 * @param values - `f32 (N)`, ≥ 0. @param labels - `i32 (N)`, 0 … classes − 1.
 * @returns `f32 (classes)`.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { classMaxima } from "deconfound/backdoor";
 *
 * const maxima = classMaxima(tensor([3, 1, 2]), tensor([1, 0, 0], { dtype: "i32" }), 3);
 * console.log(String(await evaluateReference(maxima).data())); // 2,3,0
 * ```
 */
export function classMaxima(values: AnyTensor, labels: AnyTensor, classes: number): AnyTensor {
  const member = equal(expandDims(labels, { axis: 1 }), arange(classes, { dtype: "i32" }));
  return max(where(member, expandDims(values, { axis: 1 }), 0), { axis: 0 });
}
