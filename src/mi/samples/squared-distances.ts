import { relu } from "../../tensor/ops/activations.ts";
import { sum } from "../../tensor/ops/broadcast.ts";
import { add, mul, square, sub } from "../../tensor/ops/elementwise.ts";
import { matmul } from "../../tensor/ops/matmul.ts";
import { transpose } from "../../tensor/ops/transpose.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** |x_i − x_j|² of all pairs of rows: (n, d) → (n, n), without an n·n·d tensor. */
export function squaredDistances(x: AnyTensor): AnyTensor {
  const lengths = sum(square(x), { axis: 1, keepDims: true });
  return relu(sub(add(lengths, transpose(lengths)), mul(matmul(x, transpose(x)), 2)));
}
