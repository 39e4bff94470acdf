import { nextAxes } from "../batch-rule.ts";
import type { DType } from "../dtype.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { sizeOf } from "../shape.ts";
import type { AnyTensor, TensorType } from "../tensor.ts";
import type { ReduceParams } from "./broadcast.ts";
import { broadcastTo, reducedShape, reduceSamples, reduceWith, reduction, reductionOffsets } from "./broadcast.ts";
import { arange } from "./creation.ts";
import { equal, isNaN, logicalOr } from "./elementwise.ts";
import { checkAxes, checkDTypes, checkNotEmpty } from "./operand.ts";
import { reshape } from "./reshape.ts";
import { where } from "./select.ts";
import type { IndexReduction, Reduction } from "./signatures.ts";

const numeric: readonly DType[] = ["f32", "i32", "u32"];

function inferExtremum(name: string, x: TensorType, axes: readonly number[], result?: DType): TensorType[] {
  const dtype = checkDTypes(name, [x], numeric);
  checkAxes(name, x, axes);
  checkNotEmpty(name, x, axes);
  return [{ shape: reducedShape(x.shape, axes), dtype: result ?? dtype }];
}

/** Row-major positions within the reduced axes, broadcastable against `x`. */
function positions(x: AnyTensor, axes: readonly number[]): AnyTensor {
  const only = x.shape.map((n, axis) => (axes.includes(axis) ? n : 1));
  return reshape(arange(sizeOf(only), { dtype: "i32" }), only);
}

function extremumOp(name: "max" | "min", combine: "maximum" | "minimum", position: Op<ReduceParams>): Op<ReduceParams> {
  const sign = name === "max" ? 1 : -1;
  return defineOp<ReduceParams>({
    name,
    infer: ([x], { axes }) => inferExtremum(name, x!, axes),
    kernel: { family: "reduce", combine },
    flops: ([x]) => sizeOf(x!.shape),
    reference: ({ inputs: [x], outputs: [y], inputTypes: [type], params }) => {
      const { kept, reduced } = reductionOffsets(type!, params.axes);
      for (let i = 0; i < kept.length; i++) {
        let best = x![kept[i]!]!;
        for (let k = 1; k < reduced.length && !Number.isNaN(best); k++) {
          const candidate = x![kept[i]! + reduced[k]!]!;
          if (sign * candidate > sign * best || Number.isNaN(candidate)) best = candidate;
        }
        y![i] = best;
      }
    },
    vjp: ({ g: [g], inputs: [x], params: { axes } }) => {
      const kept = x!.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
      const chosen = equal(positions(x!, axes), reshape(apply1(position, [x!], { axes }), kept));
      return [where(chosen, broadcastTo(reshape(g!, kept), x!.shape), 0)];
    },
    batch: nextAxes,
    samples: () => reduceSamples({ kind: "distinct" }),
  });
}

/** The first place that holds the extremum: the first NaN where there is one. */
function positionOp(name: "argmax" | "argmin", extremum: () => Op<ReduceParams>): Op<ReduceParams> {
  return defineOp<ReduceParams>({
    name,
    infer: ([x], { axes }) => inferExtremum(name, x!, axes, "i32"),
    expand: ([x], { axes }) => {
      const place = positions(x!, axes);
      const best = reduceWith(extremum(), x!, { axis: axes, keepDims: true });
      const holds = equal(x!, best); // nowhere if the extremum is NaN
      const found = x!.dtype === "f32" ? logicalOr(holds, isNaN(x!)) : holds;
      return [min(where(found, place, sizeOf(place.shape) - 1), { axis: axes })];
    },
    vjp: null,
    batch: nextAxes,
    samples: () => reduceSamples({ kind: "distinct" }),
  });
}

export const argmaxOp: Op<ReduceParams> = positionOp("argmax", () => maxOp);
export const argminOp: Op<ReduceParams> = positionOp("argmin", () => minOp);
export const maxOp: Op<ReduceParams> = extremumOp("max", "maximum", argmaxOp);
export const minOp: Op<ReduceParams> = extremumOp("min", "minimum", argminOp);

/**
 * The largest element over the axes; NaN if one of them is. The gradient goes to the element that {@link argmax} names: the first
 * largest, of nothing but −∞ the first, and the first NaN where there is one.
 *
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { evaluateReference, max, tensor } from "deconfound";
 * console.log(String(await evaluateReference(max(tensor([[1, 5, 2], [7, 0, 3]]), { axis: 1 })).data())); // 5,7
 * ```
 */
export const max: Reduction = reduction(maxOp);
/**
 * The smallest element over the axes; NaN if one of them is. The gradient goes to the element that {@link argmin} names: the first
 * smallest, of nothing but ∞ the first, and the first NaN where there is one.
 *
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { evaluateReference, min, tensor } from "deconfound";
 * console.log(String(await evaluateReference(min(tensor([[1, 5, 2], [7, 0, 3]]), { axis: 1 })).data())); // 1,0
 * ```
 */
export const min: Reduction = reduction(minOp);
/**
 * Position of the first largest element along an axis, i32; over several axes, or all, the row-major position within them. NaN counts
 * as the largest, as in NumPy: where there is one, the position of the first NaN. No gradient.
 *
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { argmax, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(argmax(tensor([[1, 5, 2], [7, 0, 3]]), { axis: 1 })).data())); // 1,0
 * ```
 */
export const argmax: IndexReduction = reduction(argmaxOp) as IndexReduction;
/**
 * Position of the first smallest element along an axis, i32; over several axes, or all, the row-major position within them. NaN counts
 * as the smallest here, as in NumPy: where there is one, the position of the first NaN. No gradient.
 *
 * @throws ShapeError over an empty axis.
 * @example
 * ```ts
 * import { argmin, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(argmin(tensor([[1, 5, 2], [7, 0, 3]]), { axis: 1 })).data())); // 0,1
 * ```
 */
export const argmin: IndexReduction = reduction(argminOp) as IndexReduction;
