import { arange } from "../../tensor/ops/creation.ts";
import { add, equal, exp, log1p, neg, sub } from "../../tensor/ops/elementwise.ts";
import { argmax } from "../../tensor/ops/extremum.ts";
import { logSumExp } from "../../tensor/ops/log-sum-exp.ts";
import { expandDims } from "../../tensor/ops/reshape.ts";
import { where } from "../../tensor/ops/select.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/**
 * ln of the mean of e^{S_ik} over k ≠ j, for every (i, j), in n² operations: L + ln(1 − e^{S_ij − L}) with L the row's logarithm of the
 * sum. Where j is the row's largest element that cancels, so that the sum of the others is made instead.
 */
export function logLeaveOneOutMean(scores: AnyTensor): AnyTensor {
  const n = scores.shape[0]!;
  const isLargest = equal(expandDims(argmax(scores, { axis: 1 }), { axis: 1 }), arange(n, { dtype: "i32" }));
  const total = logSumExp(scores, { axis: 1, keepDims: true });
  const rest = logSumExp(where(isLargest, -1e30, scores), { axis: 1, keepDims: true });
  const share = exp(where(isLargest, -1, sub(scores, total))); // at most a half where it counts
  const sums = where(isLargest, rest, add(total, log1p(neg(share))));
  return sub(sums, Math.log(n - 1));
}
