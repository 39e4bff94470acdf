import type { DType } from "../dtype.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis } from "../shape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { concat } from "./concat.ts";
import { maximum, minimum, mul } from "./elementwise.ts";
import { logAddExp } from "./guarded.ts";
import { checkDTypes } from "./operand.ts";
import { slice } from "./slice.ts";

// Running results by doubling: after step s each element holds those of the 2ˢ elements up to it. ⌈log₂ n⌉ passes, no kernel of its own.

type Combine = (before: AnyTensor, here: AnyTensor) => AnyTensor;

function running(
  op: string,
  x: AnyTensor,
  options: { axis?: number | undefined },
  combine: Combine,
  dtypes: readonly DType[],
): AnyTensor {
  checkDTypes(op, [x], dtypes);
  const axis = normalizeAxis(op, options.axis ?? 0, x.shape.length);
  const n = x.shape[axis]!;
  let y = x;
  for (let reach = 1; reach < n; reach *= 2) {
    const tail = combine(slice(y, { axis, stop: n - reach }), slice(y, { axis, start: reach }));
    y = concat([slice(y, { axis, stop: reach }), tail], { axis });
  }
  return y;
}

const numeric = ["f32", "i32", "u32"] as const;
const checkCumprod = parameters("cumprod", { x: kind.tensor }, { axis: kind.axis });

/**
 * Running products along an axis, the element itself included; integers wrap. Differentiable where elements are 0.
 *
 * @defaultValue axis 0
 * @example
 * ```ts
 * import { cumprod, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(cumprod(tensor([1, 2, 3]))).data())); // 1,2,6
 * ```
 */
export function cumprod<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options?: { axis?: number | undefined },
): Tensor<S, D>;
export function cumprod(x: AnyTensor, options: { axis?: number | undefined } = {}): AnyTensor {
  checkCumprod(arguments);
  return running("cumprod", x, options, mul, numeric);
}

const checkCumMax = parameters("cumMax", { x: kind.tensor }, { axis: kind.axis });

/**
 * Running maxima along an axis, the element itself included; NaN from the first NaN on. The gradient goes to the first maximum.
 *
 * @defaultValue axis 0
 * @example
 * ```ts
 * import { cumMax, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(cumMax(tensor([1, 3, 2]))).data())); // 1,3,3
 * ```
 */
export function cumMax<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options?: { axis?: number | undefined },
): Tensor<S, D>;
export function cumMax(x: AnyTensor, options: { axis?: number | undefined } = {}): AnyTensor {
  checkCumMax(arguments);
  return running("cumMax", x, options, maximum, numeric);
}

const checkCumMin = parameters("cumMin", { x: kind.tensor }, { axis: kind.axis });

/**
 * Running minima along an axis, the element itself included; NaN from the first NaN on. The gradient goes to the first minimum.
 *
 * @defaultValue axis 0
 * @example
 * ```ts
 * import { cumMin, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(cumMin(tensor([2, 3, 1]))).data())); // 2,2,1
 * ```
 */
export function cumMin<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options?: { axis?: number | undefined },
): Tensor<S, D>;
export function cumMin(x: AnyTensor, options: { axis?: number | undefined } = {}): AnyTensor {
  checkCumMin(arguments);
  return running("cumMin", x, options, minimum, numeric);
}

const checkLogCumSumExp = parameters("logCumSumExp", { x: kind.tensor }, { axis: kind.axis });

/**
 * ln of the running sums of eˣ along an axis, without overflow. −∞ counts as nothing. f32.
 *
 * @defaultValue axis 0
 * @example
 * ```ts
 * import { evaluateReference, logCumSumExp, tensor } from "deconfound";
 * const y = await evaluateReference(logCumSumExp(tensor([1000, 1000]))).data();
 * console.log(y[0]!.toFixed(4), y[1]!.toFixed(4)); // 1000.0000 1000.6931
 * ```
 */
export function logCumSumExp<S extends Shape>(x: Tensor<S>, options?: { axis?: number | undefined }): Tensor<S>;
export function logCumSumExp(x: AnyTensor, options: { axis?: number | undefined } = {}): AnyTensor {
  checkLogCumSumExp(arguments);
  return running("logCumSumExp", x, options, logAddExp, ["f32"]);
}
