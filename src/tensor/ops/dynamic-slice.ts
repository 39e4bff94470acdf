import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { sameShape } from "../shape.ts";
import type { Plain } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { arange } from "./creation.ts";
import { add, greaterEqual, less, logicalAnd, maximum, minimum, sub } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { checkDTypes } from "./operand.ts";
import { reshape } from "./reshape.ts";
import { where } from "./select.ts";
import { slice } from "./slice.ts";

// Windows of a fixed size at a place that a program computes. A place that numbers tell is one for `slice` and `pad`.

/** Axes that the window does not fill, and where it begins on each, i32[1]: held so that it lies inside. */
function windowOf(
  op: string,
  x: AnyTensor,
  start: AnyTensor,
  size: Shape,
): readonly { readonly axis: number; readonly from: AnyTensor }[] {
  checkDTypes(op, [start], ["i32"]);
  const rank = x.shape.length;
  if (!sameShape(start.shape, [rank]) || size.length !== rank || size.some((n, axis) => n > x.shape[axis]!)) {
    throw new ShapeError(
      `${op}: a window [${size.join(",")}] at ${formatType(start)} of ${formatType(x)}`,
      [`expects ${rank} sizes that fit, and a start i32[${rank}]`],
      captureSite(),
    );
  }
  return size.flatMap((n, axis) => {
    if (n === x.shape[axis]) return [];
    const at = slice(start as Tensor<Shape, "i32">, { start: axis, stop: axis + 1 });
    return [{ axis, from: maximum(minimum(at, x.shape[axis]! - n), 0) as AnyTensor }];
  });
}

const checkDynamicSlice = parameters(
  "dynamicSlice",
  { x: kind.tensor, start: kind.indices },
  { size: required(kind.shape) },
);

/**
 * The window of a fixed size that begins at `start`, one number per axis. A start from which it would not lie inside is moved to the nearest
 * one from which it does, as XLA's. One gather per axis that the window does not fill.
 *
 * Deviation: JAX adds n to a negative start first; here it counts as 0.
 *
 * @param x - f32, i32, u32 or bool.
 * @param start - i32, as many as `x` has axes; it may be computed. No gradient.
 * @param options.size - of the window.
 * @throws ShapeError for a window larger than `x`, or another number of starts.
 * @see jax.lax.dynamic_slice
 * @example
 * ```ts
 * import { argmax, dynamicSlice, evaluateReference, reshape, tensor } from "deconfound";
 * const x = tensor([1, 5, 9, 4]);
 * console.log(String(await evaluateReference(dynamicSlice(x, reshape(argmax(x), [1]), { size: [2] })).data())); // 9,4
 * ```
 */
export function dynamicSlice<D extends DType, const S extends Shape>(
  x: Tensor<Shape, D>,
  start: AnyTensor,
  options: { size: S },
): Tensor<Plain<S>, D>;
export function dynamicSlice(x: AnyTensor, start: AnyTensor, options: { size: Shape }): AnyTensor {
  checkDynamicSlice(arguments);
  const { size } = options;
  return windowOf("dynamicSlice", x, start, size).reduce<AnyTensor>(
    (y, { axis, from }) => gather(y, add(from, arange(size[axis]!, { dtype: "i32" })), { axis }),
    x,
  );
}

const checkDynamicUpdateSlice = parameters("dynamicUpdateSlice", {
  x: kind.tensor,
  update: kind.tensor,
  start: kind.indices,
});

/**
 * `x` with the window that begins at `start` replaced by `update`; the start is moved inside as {@link dynamicSlice} does. One gather per axis
 * that the window does not fill.
 *
 * @param x - f32, i32, u32 or bool.
 * @param update - of the same dtype and number of axes, nowhere larger.
 * @param start - i32, as many as `x` has axes; it may be computed. No gradient.
 * @throws ShapeError for an update larger than `x`, or another number of starts.
 * @see jax.lax.dynamic_update_slice
 * @example
 * ```ts
 * import { dynamicUpdateSlice, evaluateReference, tensor } from "deconfound";
 * const start = tensor([1], { dtype: "i32" });
 * console.log(String(await evaluateReference(dynamicUpdateSlice(tensor([1, 2, 3, 4]), tensor([8, 9]), start)).data())); // 1,8,9,4
 * ```
 */
export function dynamicUpdateSlice<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  update: Tensor<Shape, NoInfer<D>>,
  start: AnyTensor,
): Tensor<S, D>;
export function dynamicUpdateSlice(x: AnyTensor, update: AnyTensor, start: AnyTensor): AnyTensor {
  checkDynamicUpdateSlice(arguments);
  checkDTypes("dynamicUpdateSlice", [x, update], ["f32", "i32", "u32", "bool"]);
  const window = windowOf("dynamicUpdateSlice", x, start, update.shape);
  let y = update;
  let isInside: AnyTensor | undefined;
  for (const { axis, from } of window) {
    const place = sub(arange(x.shape[axis]!, { dtype: "i32" }), from) as AnyTensor; // in the update; outside of it 0 is read
    y = gather(y, place, { axis });
    const shape = x.shape.map((n, i) => (i === axis ? n : 1));
    const along = reshape<AnyTensor, Shape>(
      logicalAnd(greaterEqual(place, 0), less(place, update.shape[axis]!)) as AnyTensor,
      shape,
    );
    isInside = isInside === undefined ? along : (logicalAnd(isInside, along) as AnyTensor);
  }
  return isInside === undefined ? update : where(isInside, y, x);
}
