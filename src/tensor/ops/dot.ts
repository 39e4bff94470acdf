import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { sum } from "./broadcast.ts";
import { mul } from "./elementwise.ts";

const checkDot = parameters("dot", { a: kind.tensor, b: kind.tensor });

/**
 * Σ aᵢbᵢ of two vectors of one length.
 *
 * @throws ShapeError for other ranks, or if the lengths differ.
 * @example
 * ```ts
 * import { dot, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(dot(tensor([1, 2, 3]), tensor([4, 5, 6]))).data())); // 32
 * ```
 */
export function dot<D extends DType>(a: Tensor<Shape, D>, b: Tensor<Shape, D>): Tensor<[], D>;
export function dot(a: AnyTensor, b: AnyTensor): AnyTensor {
  checkDot(arguments);
  if (a.shape.length !== 1 || b.shape.length !== 1 || a.shape[0] !== b.shape[0]) {
    throw new ShapeError(
      "dot: needs two vectors of one length",
      [`a  ${formatType(a)}   b  ${formatType(b)}   expects [n] × [n] → []`, "matmul takes matrices"],
      captureSite(),
    );
  }
  return sum(mul(a, b));
}
