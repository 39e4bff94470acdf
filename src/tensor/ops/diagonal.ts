import { nextAxes } from "../batch-rule.ts";
import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { affine, along } from "../view.ts";
import { arange } from "./creation.ts";
import { equal } from "./elementwise.ts";
import { checkAxes } from "./operand.ts";
import { pad } from "./pad.ts";
import { expandDims } from "./reshape.ts";
import { where } from "./select.ts";
import { transpose } from "./transpose.ts";

interface DiagonalParams {
  readonly axes: readonly [number, number];
}

/** The result's last axis walks along both axes. */
export const diagonalOp: Op<DiagonalParams> = defineOp<DiagonalParams>({
  name: "diagonal",
  infer: ([x], { axes }) => {
    checkAxes("diagonal", x!, axes);
    const rest = x!.shape.filter((_, axis) => !axes.includes(axis));
    return [{ shape: [...rest, Math.min(x!.shape[axes[0]]!, x!.shape[axes[1]]!)], dtype: x!.dtype }];
  },
  view: ([x], output, { axes }) => {
    let next = 0;
    const last = output.shape.length - 1;
    return affine(x!.shape.map((_, axis) => along(axes.includes(axis) ? last : next++)));
  },
  vjp: ({ g: [g], inputs: [x], params: { axes } }) => {
    const [rows, columns] = [x!.shape[axes[0]]!, x!.shape[axes[1]]!];
    const longer = Math.max(rows, columns) - Math.min(rows, columns);
    const sides = g!.shape.map((_, axis): [number, number] => [0, axis === g!.shape.length - 1 ? longer : 0]);
    const full = pad(g!, { padding: sides });
    const row = expandDims(arange(rows, { dtype: "i32" }), { axis: 1 });
    const here = equal(row, arange(columns, { dtype: "i32" }));
    const line = expandDims(full, { axis: rows <= columns ? -2 : -1 }); // the longer side lies along its own axis
    const square = where(here, line, 0); // (…rest, rows, columns)
    const rest = x!.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
    const from = [...rest, ...axes];
    return [transpose(square, { axes: x!.shape.map((_, axis) => from.indexOf(axis)) })];
  },
  linear: [0],
  batch: nextAxes,
  samples: () => [
    { inputs: [{ shape: [3, 3], dtype: "f32" }], params: { axes: [0, 1] } },
    { inputs: [{ shape: [4, 2, 3], dtype: "f32" }], params: { axes: [0, 2] } },
    { inputs: [{ shape: [2, 5, 3], dtype: "f32" }], params: { axes: [2, 1] } },
  ],
});

const checkDiagonal = parameters("diagonal", { x: kind.tensor }, { axes: kind.axisList });

/**
 * Elements whose positions on two axes are equal; the two axes go, and the diagonal becomes the last axis.
 *
 * @param options.axes - two different axes. @defaultValue the last two
 * @example
 * ```ts
 * import { diagonal, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(diagonal(tensor([[1, 2], [3, 4]]))).data())); // 1,4
 * ```
 */
export function diagonal<D extends DType>(
  x: Tensor<Shape, D>,
  options?: { axes?: readonly [number, number] | undefined },
): Tensor<Shape, D>;
export function diagonal(x: AnyTensor, options: { axes?: readonly [number, number] | undefined } = {}): AnyTensor {
  checkDiagonal(arguments);
  const [a, b] = options.axes ?? [-2, -1];
  if (x.shape.length < 2) throw new ShapeError(`diagonal: ${formatType(x)} has no two axes`, [], captureSite());
  const axes = [normalizeAxis("diagonal", a, x.shape.length), normalizeAxis("diagonal", b, x.shape.length)] as const;
  return apply1(diagonalOp, [x], { axes });
}
