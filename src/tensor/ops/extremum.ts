import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import type { Op, ReferenceCall } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, TensorType } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import type { ReduceParams } from "./broadcast.ts";
import { broadcastTo, reducedShape, reduceSamples, reduceWith, reductionOffsets } from "./broadcast.ts";
import { arange } from "./creation.ts";
import { equal } from "./elementwise.ts";
import { checkAxes, checkDTypes } from "./operand.ts";
import { reshape } from "./reshape.ts";
import { where } from "./select.ts";
import type { ReduceOptions, Reduction } from "./signatures.ts";

const numeric: readonly DType[] = ["f32", "i32", "u32"];

function inferExtremum(name: string, x: TensorType, axes: readonly number[], result?: DType): TensorType[] {
  const dtype = checkDTypes(name, [x], numeric);
  checkAxes(name, x, axes);
  if (axes.some((axis) => x.shape[axis] === 0)) {
    throw new ShapeError(`${name}: nothing to choose from in ${formatType(x)}`, [`over axes [${axes}]`], captureSite());
  }
  return [{ shape: reducedShape(x.shape, axes), dtype: result ?? dtype }];
}

/** Row-major position of the first extremum within the reduced axes; `direction` 1 for the largest. */
function firstExtremum(
  { inputs: [x], inputTypes: [type], params }: ReferenceCall<ReduceParams>,
  direction: 1 | -1,
): { at: Int32Array; position: Int32Array } {
  const { kept, reduced } = reductionOffsets(type!, params.axes);
  const at = new Int32Array(kept.length);
  const position = new Int32Array(kept.length);
  for (let i = 0; i < kept.length; i++) {
    let best = 0;
    for (let k = 1; k < reduced.length; k++) {
      if (direction * (x![kept[i]! + reduced[k]!]! - x![kept[i]! + reduced[best]!]!) > 0) best = k;
    }
    position[i] = best;
    at[i] = kept[i]! + reduced[best]!;
  }
  return { at, position };
}

function positionOp(name: "argmax" | "argmin", direction: 1 | -1): Op<ReduceParams> {
  return defineOp<ReduceParams>({
    name,
    infer: ([x], { axes }) => inferExtremum(name, x!, axes, "i32"),
    kernel: { family: "reduce" },
    reference: (call) => call.outputs[0]!.set(firstExtremum(call, direction).position),
    vjp: null,
    samples: () => reduceSamples({ kind: "distinct" }),
  });
}

/** Position, row-major within the reduced axes, of the first largest element. */
export const argmaxOp: Op<ReduceParams> = positionOp("argmax", 1);
/** Position, row-major within the reduced axes, of the first smallest element. */
export const argminOp: Op<ReduceParams> = positionOp("argmin", -1);

function extremumOp(name: "max" | "min", direction: 1 | -1, position: Op<ReduceParams>): Op<ReduceParams> {
  return defineOp<ReduceParams>({
    name,
    infer: ([x], { axes }) => inferExtremum(name, x!, axes),
    kernel: { family: "reduce" },
    reference: (call) => {
      firstExtremum(call, direction).at.forEach((at, i) => {
        call.outputs[0]![i] = call.inputs[0]![at]!;
      });
    },
    vjp: ({ g: [g], inputs: [x], params: { axes } }) => {
      const only = x!.shape.map((n, axis) => (axes.includes(axis) ? n : 1));
      const kept = x!.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
      const place = reshape(arange(sizeOf(only), { dtype: "i32" }), only);
      const chosen = equal(place, reshape(apply1(position, [x!], { axes }), kept));
      return [where(chosen, broadcastTo(reshape(g!, kept), x!.shape), 0)];
    },
    samples: () => reduceSamples({ kind: "distinct" }),
  });
}

export const maxOp: Op<ReduceParams> = extremumOp("max", 1, argmaxOp);
export const minOp: Op<ReduceParams> = extremumOp("min", -1, argminOp);

/** The largest element over the axes. The gradient goes to the first one in row-major order. @throws ShapeError over an empty axis. */
export const max: Reduction = (x, options) => reduceWith(maxOp, x, options);
/** The smallest element over the axes. The gradient goes to the first one in row-major order. @throws ShapeError over an empty axis. */
export const min: Reduction = (x, options) => reduceWith(minOp, x, options);
/** Position of the first largest element along an axis, i32; over several axes, or all, the row-major position within them. No gradient. */
export const argmax: Reduction = (x: AnyTensor, options?: ReduceOptions) => reduceWith(argmaxOp, x, options);
/** Position of the first smallest element along an axis, i32; over several axes, or all, the row-major position within them. No gradient. */
export const argmin: Reduction = (x: AnyTensor, options?: ReduceOptions) => reduceWith(argminOp, x, options);
