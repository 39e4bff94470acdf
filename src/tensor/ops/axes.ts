import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxes, normalizeAxis, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

const checkMoveAxis = parameters(
  "moveAxis",
  { x: kind.tensor },
  { from: required(kind.axis), to: required(kind.axis) },
);

/**
 * Axis `from` goes to place `to`; the others keep their order.
 * @example
 * ```ts
 * import { moveAxis, zeros } from "deconfound";
 * console.log(String(moveAxis(zeros([2, 3, 4]), { from: 0, to: -1 }).shape)); // 3,4,2
 * ```
 */
export function moveAxis<D extends DType>(x: Tensor<Shape, D>, options: { from: number; to: number }): Tensor<Shape, D>;
export function moveAxis(x: AnyTensor, options: { from: number; to: number }): AnyTensor {
  checkMoveAxis(arguments);
  const [from, to] = [options.from, options.to].map((axis) => normalizeAxis("moveAxis", axis, x.shape.length));
  const axes: number[] = x.shape.flatMap((_, axis) => (axis === from ? [] : [axis]));
  axes.splice(to!, 0, from!);
  return transpose<AnyTensor, readonly number[]>(x, { axes });
}

const checkSwapAxes = parameters("swapAxes", { x: kind.tensor }, { axes: required(kind.axisList) });

/**
 * Two axes change places: `swapAxes(x, { axes: [-1, -2] })` transposes the matrices of a batch.
 *
 * @param options.axes - two different ones.
 * @throws ShapeError for another number of axes.
 * @example
 * ```ts
 * import { swapAxes, zeros } from "deconfound";
 * console.log(String(swapAxes(zeros([2, 3, 4]), { axes: [0, 2] }).shape)); // 4,3,2
 * ```
 */
export function swapAxes<D extends DType>(
  x: Tensor<Shape, D>,
  options: { axes: readonly [number, number] },
): Tensor<Shape, D>;
export function swapAxes(x: AnyTensor, options: { axes: readonly [number, number] }): AnyTensor {
  checkSwapAxes(arguments);
  const two = normalizeAxes("swapAxes", options.axes, x.shape.length);
  if (two.length !== 2) {
    throw new ShapeError(`swapAxes: axes [${options.axes}] of ${formatType(x)}`, ["expects two"], captureSite());
  }
  const [a, b] = two as [number, number];
  const axes = x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis));
  return transpose<AnyTensor, readonly number[]>(x, { axes });
}

const checkMatrixTranspose = parameters("matrixTranspose", { x: kind.tensor });

/**
 * The last two axes change places: (…, n, m) → (…, m, n).
 *
 * @throws ShapeError below rank 2.
 * @example
 * ```ts
 * import { matrixTranspose, zeros } from "deconfound";
 * console.log(String(matrixTranspose(zeros([2, 3, 4])).shape)); // 2,4,3
 * ```
 */
export function matrixTranspose<B extends Shape, N extends number, M extends number, D extends DType>(
  x: Tensor<readonly [...B, N, M], D>,
): Tensor<[...B, M, N], D>;
export function matrixTranspose<D extends DType>(x: Tensor<Shape, D>): Tensor<Shape, D>;
export function matrixTranspose(x: AnyTensor): AnyTensor {
  checkMatrixTranspose(arguments);
  if (x.shape.length < 2) throw new ShapeError(`matrixTranspose: ${formatType(x)} is no matrix`, [], captureSite());
  return swapAxes(x as Tensor, { axes: [-1, -2] });
}

const checkRavel = parameters("ravel", { x: kind.tensor });

/**
 * All elements as one vector, row by row.
 * @example
 * ```ts
 * import { evaluateReference, ravel, tensor } from "deconfound";
 * console.log(String(await evaluateReference(ravel(tensor([[1, 2], [3, 4]]))).data())); // 1,2,3,4
 * ```
 */
export function ravel<D extends DType>(x: Tensor<Shape, D>): Tensor<[number], D>;
export function ravel(x: AnyTensor): AnyTensor {
  checkRavel(arguments);
  return reshape<AnyTensor, Shape>(x, [sizeOf(x.shape)]);
}
