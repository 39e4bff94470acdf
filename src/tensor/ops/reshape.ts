import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters, required } from "../parameters.ts";
import type { Fills } from "../reshape-types.ts";
import type { Shape } from "../shape.ts";
import { formatShape, normalizeAxes, normalizeAxis, sameShape, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import type { Reshaped, Shaped } from "./signatures.ts";

export const reshapeOp: Op<{ readonly shape: Shape }> = defineOp<{ readonly shape: Shape }>({
  name: "reshape",
  infer: ([x], { shape }) => {
    if (sizeOf(x!.shape) !== sizeOf(shape)) {
      throw new ShapeError(
        `reshape: ${formatType(x!)} has ${sizeOf(x!.shape)} elements, ${formatShape(shape)} needs ${sizeOf(shape)}`,
        [],
        captureSite(),
      );
    }
    return [{ shape, dtype: x!.dtype }];
  },
  view: () => ({ kind: "flat" }),
  vjp: ({ g: [g], inputs: [x] }) => [reshape(g!, x!.shape)],
  batch: { params: ({ shape }, size) => ({ shape: [size, ...shape] }) },
  linear: [0],
  samples: () => [
    { inputs: [{ shape: [2, 6], dtype: "f32" }], params: { shape: [3, 4] } },
    { inputs: [{ shape: [1], dtype: "f32" }], params: { shape: [] } },
  ],
});

const checkReshape = parameters("reshape", { x: kind.tensor, shape: kind.openShape });

/**
 * Same elements in row-major order under another shape; one size may be −1: what remains.
 * @example
 * ```ts
 * import { arange, reshape } from "deconfound";
 * console.log(String(reshape(arange(6), [2, -1]).shape)); // 2,3
 * ```
 */
export function reshape<X extends AnyTensor, const S extends Shape>(
  x: X,
  shape: S & Fills<X["shape"], S>,
): Reshaped<X, S> {
  checkReshape(arguments);
  const known = shape.filter((n) => n !== -1);
  if (known.length < shape.length - 1 || known.some((n) => !Number.isInteger(n) || n < 0 || Object.is(n, -0))) {
    throw new ShapeError(
      `reshape: ${formatShape(shape)} is not a shape`,
      ["sizes ≥ 0, and at most one −1"],
      captureSite(),
    );
  }
  if (known.length < shape.length && sizeOf(known) === 0) {
    const mend = `say what −1 stands for: with a size of 0 beside it any number fits`;
    throw new ShapeError(`reshape: ${formatShape(shape)} leaves −1 open`, [mend], captureSite());
  }
  const rest = sizeOf(x.shape) / sizeOf(known);
  const full = shape.map((n) => (n === -1 ? (Number.isInteger(rest) ? rest : 0) : n));
  const y = sameShape(x.shape, full) ? x : apply1(reshapeOp, [x], { shape: full });
  return y as AnyTensor as Reshaped<X, S>;
}

const checkSqueeze = parameters("squeeze", { x: kind.tensor }, { axis: kind.axes });

/**
 * Drops axes of size 1: the given ones, or all.
 *
 * @throws ShapeError if a given axis has another size.
 * @example
 * ```ts
 * import { squeeze, tensor } from "deconfound";
 * console.log(String(squeeze(tensor([[[1, 2]]]), { axis: 0 }).shape)); // 1,2
 * ```
 */
export function squeeze<X extends AnyTensor>(
  x: X,
  options: { axis?: number | readonly number[] | undefined } = {},
): Shaped<X, Shape> {
  checkSqueeze(arguments);
  const wanted = options.axis === undefined ? undefined : normalizeAxes("squeeze", options.axis, x.shape.length);
  for (const axis of wanted ?? []) {
    if (x.shape[axis] !== 1)
      throw new ShapeError(`squeeze: axis ${axis} of ${formatType(x)} is not 1`, [], captureSite());
  }
  const kept = x.shape.filter((n, axis) => (wanted === undefined ? n !== 1 : !wanted.includes(axis)));
  return reshape<AnyTensor, Shape>(x, kept) as Shaped<X, Shape>;
}

const checkExpandDims = parameters("expandDims", { x: kind.tensor }, { axis: required(kind.axis) });

/**
 * Inserts an axis of size 1 before `axis` of the result.
 * @example
 * ```ts
 * import { expandDims, tensor } from "deconfound";
 * console.log(String(expandDims(tensor([1, 2, 3]), { axis: 0 }).shape)); // 1,3
 * ```
 */
export function expandDims<X extends AnyTensor>(x: X, options: { axis: number }): Shaped<X, Shape> {
  checkExpandDims(arguments);
  const axis = normalizeAxis("expandDims", options.axis, x.shape.length + 1);
  return reshape<AnyTensor, Shape>(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]) as Shaped<X, Shape>;
}
