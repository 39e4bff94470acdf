import type { DType } from "../dtype.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { full } from "./creation.ts";

const checkFullLike = parameters("fullLike", { x: kind.tensor, value: kind.anyNumber }, { dtype: kind.dtype });

/**
 * A tensor of the shape of `x`, filled with one value.
 *
 * @param options.dtype - @defaultValue that of x
 * @example
 * ```ts
 * import { evaluateReference, fullLike, tensor } from "deconfound";
 * console.log(String(await evaluateReference(fullLike(tensor([1, 2]), 7)).data())); // 7,7
 * ```
 */
export function fullLike<S extends Shape, X extends DType, D extends DType = X>(
  x: Tensor<S, X>,
  value: number,
  options?: { dtype?: D | undefined },
): Tensor<S, D>;
export function fullLike(x: AnyTensor, value: number, options: { dtype?: DType | undefined } = {}): AnyTensor {
  checkFullLike(arguments);
  return full(x.shape, value, { dtype: options.dtype ?? x.dtype });
}

const checkZerosLike = parameters("zerosLike", { x: kind.tensor }, { dtype: kind.dtype });

/**
 * Zeros in the shape of `x`.
 *
 * @param options.dtype - @defaultValue that of x
 * @example
 * ```ts
 * import { evaluateReference, tensor, zerosLike } from "deconfound";
 * console.log(String(await evaluateReference(zerosLike(tensor([1, 2]))).data())); // 0,0
 * ```
 */
export function zerosLike<S extends Shape, X extends DType, D extends DType = X>(
  x: Tensor<S, X>,
  options?: { dtype?: D | undefined },
): Tensor<S, D>;
export function zerosLike(x: AnyTensor, options?: { dtype?: DType | undefined }): AnyTensor {
  checkZerosLike(arguments);
  return fullLike(x, 0, options);
}

const checkOnesLike = parameters("onesLike", { x: kind.tensor }, { dtype: kind.dtype });

/**
 * Ones in the shape of `x`.
 *
 * @param options.dtype - @defaultValue that of x
 * @example
 * ```ts
 * import { evaluateReference, onesLike, tensor } from "deconfound";
 * console.log(String(await evaluateReference(onesLike(tensor([3, 2]))).data())); // 1,1
 * ```
 */
export function onesLike<S extends Shape, X extends DType, D extends DType = X>(
  x: Tensor<S, X>,
  options?: { dtype?: D | undefined },
): Tensor<S, D>;
export function onesLike(x: AnyTensor, options?: { dtype?: DType | undefined }): AnyTensor {
  checkOnesLike(arguments);
  return fullLike(x, 1, options);
}
