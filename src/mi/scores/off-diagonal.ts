import { sum } from "../../tensor/ops/broadcast.ts";
import { eye } from "../../tensor/ops/creation.ts";
import { diagonal } from "../../tensor/ops/diagonal.ts";
import { div, equal, sub } from "../../tensor/ops/elementwise.ts";
import { logSumExp } from "../../tensor/ops/log-sum-exp.ts";
import { where } from "../../tensor/ops/select.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** Stands for −∞, which WGSL need not have: e to it is 0, and nothing added to it overflows. */
const nothing = -1e30;

/** The matrix with a number on its diagonal that no exponential sees. */
export function withoutDiagonal(scores: AnyTensor): AnyTensor {
  return where(equal(eye(scores.shape[0]!), 1), nothing, scores);
}

/** Mean of the elements off the diagonal, `()`. */
export function meanOff(matrix: AnyTensor): AnyTensor {
  const n = matrix.shape[0]!;
  return div(sub(sum(matrix), sum(diagonal(matrix))), n * (n - 1));
}

/** ln of the mean of eˢ over the n(n − 1) elements off the diagonal, `()`. */
export function logMeanExpOff(scores: AnyTensor): AnyTensor {
  const n = scores.shape[0]!;
  return sub(logSumExp(withoutDiagonal(scores)), Math.log(n * (n - 1)));
}

/** The same of each row, over its n − 1 elements, `(n)`; of each column with `axis: 0`. */
export function logMeanExpOffRows(scores: AnyTensor, axis: 0 | 1 = 1): AnyTensor {
  return sub(logSumExp(withoutDiagonal(scores), { axis }), Math.log(scores.shape[0]! - 1));
}
