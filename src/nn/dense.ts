import { add } from "../tensor/ops/elementwise.ts";
import { matmul } from "../tensor/ops/matmul.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** `weight (in, out)` — the transpose of PyTorch's — and `bias (out)`. */
export type DenseParams = { readonly weight: AnyTensor; readonly bias?: AnyTensor };

/** x·W + b: (…, in) → (…, out). @throws ShapeError if the inner sizes differ. */
export function dense(params: DenseParams, x: AnyTensor): AnyTensor {
  const y = matmul(x, params.weight);
  return params.bias === undefined ? y : add(y, params.bias);
}
