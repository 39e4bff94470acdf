import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { reshape } from "./reshape.ts";

const checkTile = parameters("tile", { x: kind.tensor }, { repeats: required(kind.shape) });

/**
 * Repeats the whole tensor along each axis: `tile([1, 2], { repeats: [2] })` is 1 2 1 2.
 *
 * @param options.repeats - one count per axis of `x`, integers ≥ 0.
 * @example
 * ```ts
 * import { evaluateReference, tensor, tile } from "deconfound";
 * console.log(String(await evaluateReference(tile(tensor([1, 2]), { repeats: [2] })).data())); // 1,2,1,2
 * ```
 */
export function tile<D extends DType>(x: Tensor<Shape, D>, options: { repeats: readonly number[] }): Tensor<Shape, D>;
export function tile(x: AnyTensor, options: { repeats: readonly number[] }): AnyTensor {
  checkTile(arguments);
  const { repeats } = options;
  if (repeats.length !== x.shape.length || repeats.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(
      `tile: repeats [${repeats}] for ${formatType(x)}`,
      ["one integer ≥ 0 per axis"],
      captureSite(),
    );
  }
  const split: Shape = x.shape.flatMap((n) => [1, n]);
  const spread: Shape = x.shape.flatMap((n, axis) => [repeats[axis]!, n]);
  return reshape(
    broadcastTo(reshape(x, split), spread),
    x.shape.map((n, axis) => n * repeats[axis]!),
  );
}
