import { ShapeError } from "../errors.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { sum } from "./broadcast.ts";
import { mul } from "./elementwise.ts";

/** Σ aᵢbᵢ of two vectors of one length. @throws ShapeError for other ranks, or if the lengths differ. */
export function dot(a: AnyTensor, b: AnyTensor): AnyTensor {
  if (a.shape.length !== 1 || b.shape.length !== 1 || a.shape[0] !== b.shape[0]) {
    throw new ShapeError(
      "dot: needs two vectors of one length",
      [`a  ${formatType(a)}   b  ${formatType(b)}   expects [n] × [n] → []`, "matmul takes matrices"],
      captureSite(),
    );
  }
  return sum(mul(a, b));
}
