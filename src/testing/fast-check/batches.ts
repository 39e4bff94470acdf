import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tensor } from "./tensor.ts";

/**
 * Square matrices of scores S[i, j] = f(xᵢ, yⱼ) with two rows at least: what estimators of mutual information take.
 *
 * @param options.maxSize - rows. @defaultValue 6
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { diagonal, logSumExp, sub } from "deconfound";
 * import type { Tensor } from "deconfound";
 * import { checkGrads } from "deconfound/testing";
 * import { scores } from "deconfound/testing/fast-check";
 *
 * const bound = (s: Tensor): Tensor => sub(diagonal(s), logSumExp(s, { axis: 1 })); // InfoNCE, row by row
 * fc.assert(fc.property(scores(), (s) => checkGrads(bound, [s])), { numRuns: 20 });
 * console.log("the bound has the right gradient"); // the bound has the right gradient
 * ```
 */
export function scores(options: { readonly maxSize?: number | undefined } = {}): Arbitrary<Tensor> {
  const sizes = fc.integer({ min: 2, max: options.maxSize ?? 6 }).map((n) => [n, n]);
  return tensor(sizes as Arbitrary<Shape>);
}

/** Samples of two variables, row by row. */
export interface PairedBatch {
  /** (n, dx) */
  readonly x: Tensor;
  /** (n, dy) */
  readonly y: Tensor;
}

/**
 * Batches of pairs: x (n, dx) and y (n, dy), two rows at least.
 *
 * @param options.maxSize - rows. @defaultValue 6
 * @param options.maxWidth - of dx and dy. @defaultValue 3
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { matmul, transpose } from "deconfound";
 * import { pairedBatch } from "deconfound/testing/fast-check";
 *
 * const square = fc.property(pairedBatch({ maxWidth: 1 }), ({ x, y }) => {
 *   const [rows, columns] = matmul(x, transpose(y)).shape;
 *   return rows === columns;
 * });
 * fc.assert(square);
 * console.log("a score for each pair"); // a score for each pair
 * ```
 */
export function pairedBatch(
  options: { readonly maxSize?: number | undefined; readonly maxWidth?: number | undefined } = {},
): Arbitrary<PairedBatch> {
  const { maxSize = 6, maxWidth = 3 } = options;
  const width = fc.integer({ min: 1, max: maxWidth });
  return fc
    .tuple(fc.integer({ min: 2, max: maxSize }), width, width)
    .chain(([n, dx, dy]) => fc.record({ x: tensor([n, dx]), y: tensor([n, dy]) }));
}
