import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import type { Orders } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor } from "../tensor.ts";
import { affine, along } from "../view.ts";
import { checkAxes, checkRank } from "./operand.ts";
import type { Transposed } from "./signatures.ts";

export const transposeOp: Op<{ readonly axes: readonly number[] }> = defineOp<{ readonly axes: readonly number[] }>({
  name: "transpose",
  infer: ([x], { axes }) => {
    checkRank("transpose", x!, axes.length);
    checkAxes("transpose", x!, axes);
    return [{ shape: axes.map((axis) => x!.shape[axis]!), dtype: x!.dtype }];
  },
  view: ([x], _, { axes }) => affine(x!.shape.map((_n, axis) => along(axes.indexOf(axis)))),
  vjp: ({ g: [g], params: { axes } }) => [transpose(g!, { axes: axes.map((_, axis) => axes.indexOf(axis)) })],
  batch: { params: ({ axes }) => ({ axes: [0, ...axes.map((axis) => axis + 1)] }) },
  linear: [0],
  samples: () => [
    { inputs: [{ shape: [2, 3], dtype: "f32" }], params: { axes: [1, 0] } },
    { inputs: [{ shape: [2, 3, 4], dtype: "f32" }], params: { axes: [2, 0, 1] } },
  ],
});

const checkTranspose = parameters("transpose", { x: kind.tensor }, { axes: kind.axisList });

/**
 * Permutes axes: axis `i` of the result is axis `axes[i]` of `x`.
 *
 * @param options.axes - a permutation; negative axes work. @defaultValue reversed order
 * @throws ShapeError if `axes` does not name each axis once.
 * @example
 * ```ts
 * import { evaluateReference, tensor, transpose } from "deconfound";
 * console.log(String(await evaluateReference(transpose(tensor([[1, 2], [3, 4]]))).data())); // 1,3,2,4
 * ```
 */
export function transpose<X extends AnyTensor, const Axes extends readonly number[] | undefined = undefined>(
  x: X,
  options: { axes?: (Axes & Orders<X["shape"], Axes>) | undefined } = {},
): Transposed<X, Axes> {
  checkTranspose(arguments);
  const rank = x.shape.length;
  const axes = (options.axes ?? x.shape.map((_, i) => rank - 1 - i)).map((a) => normalizeAxis("transpose", a, rank));
  if (axes.length !== rank || new Set(axes).size !== rank) {
    throw new ShapeError(
      `transpose: ${formatShape(axes)} is not a permutation of ${rank} axes`,
      ["name each axis once"],
      captureSite(),
    );
  }
  const y = axes.every((axis, i) => axis === i) ? x : apply1(transposeOp, [x], { axes });
  return y as AnyTensor as Transposed<X, Axes>;
}
