import type { DType } from "../tensor/dtype.ts";
import * as kind from "../tensor/kinds.ts";
import { mul } from "../tensor/ops/elementwise.ts";
import { where } from "../tensor/ops/select.ts";
import { parameters, required } from "../tensor/parameters.ts";
import { bernoulli } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

const checkDropout = parameters(
  "dropout",
  { x: kind.tensor },
  { rate: required(kind.belowOne), key: required(kind.key), train: required(kind.flag) },
);

/**
 * In training, zeroes each element with probability `rate` and divides the others by 1 − rate, so that the mean stays
 * (inverted dropout). Otherwise the identity.
 *
 * @param x - f32, any shape.
 * @param options.rate - in [0, 1).
 * @param options.key - `u32[2]`; the same key drops the same elements.
 * @throws ConfigError for another rate.
 * @example
 * ```ts
 * import { evaluateReference, ones, random } from "deconfound";
 * import { dropout } from "deconfound/nn";
 *
 * const y = dropout(ones([8]), { rate: 0.5, key: random.key(0), train: true });
 * console.log(String(await evaluateReference(y).data())); // 0,0,2,2,0,2,2,0
 * ```
 */
export function dropout<S extends Shape>(
  x: Tensor<S, DType>,
  options: { rate: number; key: AnyTensor; train: boolean },
): Tensor<S>;
export function dropout(x: AnyTensor, options: { rate: number; key: AnyTensor; train: boolean }): AnyTensor {
  checkDropout(arguments);
  const { rate, key, train } = options;
  if (!train || rate === 0) return x;
  return where(bernoulli(key, x.shape, { p: 1 - rate }), mul(x, 1 / (1 - rate)), 0);
}
