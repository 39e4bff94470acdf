import * as kind from "../kinds.ts";
import type { Square } from "../matrix-types.ts";
import { broadcastTo } from "../ops/broadcast.ts";
import { eye } from "../ops/creation.ts";
import { matmul } from "../ops/matmul.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Check, Plain } from "../shape-types.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { checkSquare } from "./matrices.ts";
import { inv } from "./solve.ts";

const checkMatrixPower = parameters("matrixPower", { a: kind.tensor }, { exponent: required(kind.integer) });

/**
 * Aⁿ of square matrices, by at most 2·log₂|n| products; A⁰ is the identity, and a negative n takes powers of the inverse.
 *
 * @param a - `(…, n, n)`, f32.
 * @param options.exponent - n, an integer.
 * @throws ShapeError unless the matrices are square.
 * @see numpy.linalg.matrix_power
 * @example
 * ```ts
 * import { evaluateReference, matrixPower, tensor } from "deconfound";
 * console.log(String(await evaluateReference(matrixPower(tensor([[1, 1], [1, 0]]), { exponent: 10 })).data())); // 89,55,55,34
 * ```
 */
export function matrixPower<A extends AnyTensor>(
  a: A & Check<Square<"matrixPower", A["shape"]>>,
  options: { exponent: number },
): Tensor<Plain<A["shape"]>>;
export function matrixPower(a: AnyTensor, options: { exponent: number }): AnyTensor {
  checkMatrixPower(arguments);
  const n = checkSquare("matrixPower", a);
  const { exponent } = options;
  if (exponent === 0) return broadcastTo<AnyTensor, Shape>(eye(n), a.shape);
  let square: AnyTensor = exponent < 0 ? inv(a) : a;
  let power: AnyTensor | undefined;
  for (let rest = Math.abs(exponent); ; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = power === undefined ? square : matmul(power, square);
    if (rest === 1) return power!;
    square = matmul(square, square);
  }
}
