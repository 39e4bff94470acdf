import { add, div, log, mul, sub } from "../../tensor/ops/elementwise.ts";
import { reshape } from "../../tensor/ops/reshape.ts";
import { slice } from "../../tensor/ops/slice.ts";
import { transpose } from "../../tensor/ops/transpose.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** ln |A| of a positive definite matrix, by the Schur complement of one row after the other: d small programs. */
export function logDeterminant(a: AnyTensor): AnyTensor {
  let rest = a;
  let total: AnyTensor | undefined;
  for (let d = a.shape[0]!; d > 0; d--) {
    const pivot = reshape(slice(rest, { start: [0, 0], stop: [1, 1] }), []);
    total = total === undefined ? log(pivot) : add(total, log(pivot));
    if (d === 1) break;
    const column = slice(rest, { start: [1, 0], stop: [d, 1] });
    const below = slice(rest, { start: [1, 1], stop: [d, d] });
    rest = sub(below, div(mul(column, transpose(column)), pivot));
  }
  return total!;
}
