import { normalizeAxes } from "../shape.ts";
import type { AnyTensor } from "../tensor.ts";
import { reductionParameters, sum } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { notEqual } from "./elementwise.ts";
import type { IndexReduction, ReduceOptions } from "./signatures.ts";

const checkCount = reductionParameters("count");

/**
 * How many elements over the axes are not 0, i32; NaN counts. Of bool: how many are true. No gradient.
 * @example
 * ```ts
 * import { count, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(count(tensor([[1, 0], [3, 4]]), { axis: 1 })).data())); // 1,2
 * ```
 */
export const count: IndexReduction = function count(x: AnyTensor, options: ReduceOptions = {}): AnyTensor {
  checkCount(arguments);
  const axis = normalizeAxes("count", options.axis, x.shape.length);
  return sum(cast(x.dtype === "bool" ? x : notEqual(x, 0), "i32"), { ...options, axis });
} as IndexReduction;
