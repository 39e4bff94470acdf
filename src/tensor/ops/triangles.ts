import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { sum } from "./broadcast.ts";
import { arange } from "./creation.ts";
import { diagonal } from "./diagonal.ts";
import { equal, greaterEqual, lessEqual } from "./elementwise.ts";
import { expandDims } from "./reshape.ts";
import { where } from "./select.ts";

/** Column minus row of each element of the last two axes, i32, as a row of columns and a column of rows. */
function places(op: string, x: AnyTensor, offset: number): { row: AnyTensor; column: AnyTensor } {
  if (x.shape.length < 2) throw new ShapeError(`${op}: ${formatType(x)} is no matrix`, [], captureSite());
  const [n, m] = x.shape.slice(-2) as [number, number];
  return {
    row: expandDims(arange(n + offset, { start: offset, dtype: "i32" }), { axis: 1 }),
    column: arange(m, { dtype: "i32" }),
  };
}

const checkTril = parameters("tril", { x: kind.tensor }, { offset: kind.integer });

/**
 * The lower triangles of the last two axes; 0 above diagonal `offset`.
 *
 * @param options.offset - 0: the diagonal, 1: the one above it, −1: below. @defaultValue 0
 * @throws ShapeError below rank 2.
 * @example
 * ```ts
 * import { evaluateReference, tensor, tril } from "deconfound";
 * console.log(String(await evaluateReference(tril(tensor([[1, 2], [3, 4]]))).data())); // 1,0,3,4
 * ```
 */
export function tril<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options?: { offset?: number | undefined },
): Tensor<S, D>;
export function tril(x: AnyTensor, options: { offset?: number | undefined } = {}): AnyTensor {
  checkTril(arguments);
  const { row, column } = places("tril", x, options.offset ?? 0);
  return where(lessEqual(column, row), x, 0);
}

const checkTriu = parameters("triu", { x: kind.tensor }, { offset: kind.integer });

/**
 * The upper triangles of the last two axes; 0 below diagonal `offset`.
 *
 * @param options.offset - 0: the diagonal, 1: the one above it, −1: below. @defaultValue 0
 * @throws ShapeError below rank 2.
 * @example
 * ```ts
 * import { evaluateReference, tensor, triu } from "deconfound";
 * console.log(String(await evaluateReference(triu(tensor([[1, 2], [3, 4]]))).data())); // 1,2,0,4
 * ```
 */
export function triu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options?: { offset?: number | undefined },
): Tensor<S, D>;
export function triu(x: AnyTensor, options: { offset?: number | undefined } = {}): AnyTensor {
  checkTriu(arguments);
  const { row, column } = places("triu", x, options.offset ?? 0);
  return where(greaterEqual(column, row), x, 0);
}

const checkDiag = parameters("diag", { x: kind.tensor });

/**
 * Square matrices with the last axis of `x` on their diagonals, 0 elsewhere: (…, n) → (…, n, n). {@link diagonal} takes them back.
 *
 * @throws ShapeError for rank 0.
 * @example
 * ```ts
 * import { diag, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(diag(tensor([1, 2]))).data())); // 1,0,0,2
 * ```
 */
export function diag<N extends number, D extends DType>(x: Tensor<readonly [N], D>): Tensor<[N, N], D>;
export function diag<D extends DType>(x: Tensor<Shape, D>): Tensor<Shape, D>;
export function diag(x: AnyTensor): AnyTensor {
  checkDiag(arguments);
  if (x.shape.length === 0) throw new ShapeError(`diag: ${formatType(x)} is no vector`, [], captureSite());
  const place = arange(x.shape.at(-1)!, { dtype: "i32" });
  return where(equal(expandDims(place, { axis: 1 }), place), expandDims(x, { axis: -2 }), 0);
}

const checkTrace = parameters("trace", { x: kind.tensor });

/**
 * Σ xᵢᵢ of the last two axes: (…, n, m) → (…).
 *
 * @throws ShapeError below rank 2.
 * @example
 * ```ts
 * import { evaluateReference, tensor, trace } from "deconfound";
 * console.log(await evaluateReference(trace(tensor([[1, 2], [3, 4]]))).item()); // 5
 * ```
 */
export function trace<B extends Shape, D extends DType>(x: Tensor<readonly [...B, number, number], D>): Tensor<B, D>;
export function trace<D extends DType>(x: Tensor<Shape, D>): Tensor<Shape, D>;
export function trace(x: AnyTensor): AnyTensor {
  checkTrace(arguments);
  if (x.shape.length < 2) throw new ShapeError(`trace: ${formatType(x)} is no matrix`, [], captureSite());
  return sum(diagonal(x), { axis: -1 });
}
