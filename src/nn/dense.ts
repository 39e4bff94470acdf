import * as kind from "../tensor/kinds.ts";
import { add } from "../tensor/ops/elementwise.ts";
import { matmul } from "../tensor/ops/matmul.ts";
import { optional, parameters } from "../tensor/parameters.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

/** `weight (in, out)` — the transpose of PyTorch's — and `bias (out)`. */
export type DenseParams = { readonly weight: AnyTensor; readonly bias?: AnyTensor | undefined };

const checkDense = parameters("dense", {
  params: kind.fields({ weight: kind.tensor, bias: optional(kind.tensor) }),
  x: kind.tensor,
});

/**
 * x·W + b: (…, in) → (…, out).
 *
 * @throws ShapeError if the inner sizes differ.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { dense } from "deconfound/nn";
 *
 * const y = dense({ weight: tensor([[1], [2]]), bias: tensor([10]) }, tensor([[1, 1], [0, 3]]));
 * console.log(String(y.shape), String(await evaluateReference(y).data())); // 2,1 13,16
 * ```
 */
export function dense(params: DenseParams, x: AnyTensor): Tensor {
  checkDense(arguments);
  const y = matmul(x, params.weight);
  return params.bias === undefined ? y : add(y, params.bias);
}
