import { ShapeError } from "../errors.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import type { Shape } from "../shape.ts";
import { formatShape, normalizeAxis, sameShape, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";

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
  linear: [0],
  samples: () => [
    { inputs: [{ shape: [2, 6], dtype: "f32" }], params: { shape: [3, 4] } },
    { inputs: [{ shape: [1], dtype: "f32" }], params: { shape: [] } },
  ],
});

/** Same elements in row-major order under another shape; one size may be −1: what remains. */
export function reshape<const S extends Shape>(x: AnyTensor, shape: S): Tensor<S, never> {
  const known = shape.filter((n) => n !== -1);
  if (known.length < shape.length - 1 || known.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(
      `reshape: ${formatShape(shape)} is no shape`,
      ["sizes ≥ 0, and at most one −1"],
      captureSite(),
    );
  }
  const rest = sizeOf(x.shape) / Math.max(1, sizeOf(known));
  const full = shape.map((n) => (n === -1 ? (Number.isInteger(rest) ? rest : 0) : n));
  if (sameShape(x.shape, full)) return x as Tensor<S, never>;
  return apply1(reshapeOp, [x], { shape: full }) as unknown as Tensor<S, never>;
}

/** Drops axes of size 1: the given ones, or all. @throws ShapeError if a given axis has another size. */
export function squeeze(x: AnyTensor, options: { axis?: number | readonly number[] } = {}): AnyTensor {
  const wanted =
    options.axis === undefined
      ? undefined
      : [options.axis].flat().map((a) => normalizeAxis("squeeze", a, x.shape.length));
  for (const axis of wanted ?? []) {
    if (x.shape[axis] !== 1)
      throw new ShapeError(`squeeze: axis ${axis} of ${formatType(x)} is not 1`, [], captureSite());
  }
  return reshape(
    x,
    x.shape.filter((n, axis) => (wanted === undefined ? n !== 1 : !wanted.includes(axis))),
  );
}

/** Inserts an axis of size 1 before `axis` of the result. */
export function expandDims(x: AnyTensor, options: { axis: number }): AnyTensor {
  const axis = normalizeAxis("expandDims", options.axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
}
