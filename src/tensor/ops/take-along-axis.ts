import { nextAxis } from "../batch-rule.ts";
import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { broadcastShapes, checkShape, normalizeAxis, sameShape, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor, TensorType } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { accumulate } from "./accumulate.ts";
import { broadcastTo } from "./broadcast.ts";
import { checkIndices } from "./indices.ts";
import { checkAxes, checkDTypes } from "./operand.ts";

interface AlongParams {
  readonly axis: number;
}

interface PutParams extends AlongParams {
  /** Size of the result's axis. */
  readonly size: number;
}

const numeric: readonly DType[] = ["f32", "i32", "u32"];
const resize = (shape: Shape, axis: number, n: number): number[] => shape.map((m, i) => (i === axis ? n : m));

function sample<P extends AlongParams>(x: Shape, indices: Shape, below: number, params: P): Sample<P> {
  return {
    inputs: [
      { shape: x, dtype: "f32" },
      { shape: indices, dtype: "i32", domain: { kind: "integer", below } },
    ],
    params,
  };
}

/** Calls `visit` with the flat positions, in the array of `n` along the axis and in that of the indices, that belong together. */
function alongAxis(
  indices: ArrayLike<number>,
  type: TensorType,
  axis: number,
  n: number,
  visit: (named: number, own: number) => void,
): void {
  const count = type.shape[axis]!;
  const inner = sizeOf(type.shape.slice(axis + 1));
  const outer = sizeOf(type.shape.slice(0, axis));
  for (let i = 0; i < outer; i++) {
    for (let k = 0; k < count; k++) {
      for (let j = 0; j < inner; j++) {
        const own = (i * count + k) * inner + j;
        const index = indices[own]!;
        if (index >= 0 && index < n) visit((i * n + index) * inner + j, own);
      }
    }
  }
}

function checkAlong(op: string, x: TensorType, indices: TensorType, axis: number): void {
  checkAxes(op, x, [axis]);
  checkDTypes(op, [indices], ["i32"]);
  const n = indices.shape[axis] ?? 0;
  if (!sameShape(resize(x.shape, axis, n), indices.shape)) {
    throw new ShapeError(
      `${op}: indices ${formatType(indices)} do not match ${formatType(x)} beside axis ${axis}`,
      [],
      captureSite(),
    );
  }
}

/** y[…, k, …] = x[…, indices[…, k, …], …] on one axis; shapes are equal beside it. An index out of range reads 0. */
export const takeAlongAxisOp: Op<AlongParams> = defineOp<AlongParams>({
  name: "takeAlongAxis",
  infer: ([x, indices], { axis }) => {
    checkAlong("takeAlongAxis", x!, indices!, axis);
    return [{ shape: indices!.shape, dtype: checkDTypes("takeAlongAxis", [x!], [...numeric, "bool"]) }];
  },
  kernel: { family: "takeAlongAxis" },
  reference: ({ inputs: [x, indices], outputs: [y], inputTypes: [xType, type], params: { axis } }) =>
    alongAxis(indices!, type!, axis, xType!.shape[axis]!, (named, own) => {
      y![own] = x![named]!;
    }),
  vjp: ({ g: [g], inputs: [x, indices], params: { axis } }) => [
    x!.dtype === "f32" ? apply1(putAlongAxisOp, [g!, indices!], { axis, size: x!.shape[axis]! }) : null,
    null,
  ],
  linear: [0],
  batch: nextAxis,
  samples: () => [
    sample([3, 5], [3, 2], 5, { axis: 1 }),
    sample([4, 2, 3], [6, 2, 3], 4, { axis: 0 }),
    sample([7], [1], 7, { axis: 0 }),
    sample([2, 3], [2, 0], 3, { axis: 1 }),
  ],
});

/** The transpose: y[…, indices[…, k, …], …] += x[…, k, …] into zeros of `size` on the axis. An index out of range adds nothing. */
export const putAlongAxisOp: Op<PutParams> = defineOp<PutParams>({
  name: "putAlongAxis",
  infer: ([x, indices], { axis, size }) => {
    const dtype = checkDTypes("putAlongAxis", [x!], numeric);
    checkAlong("putAlongAxis", x!, indices!, axis);
    checkShape("putAlongAxis", [size]);
    if (!sameShape(x!.shape, indices!.shape)) {
      throw new ShapeError(`putAlongAxis: ${formatType(x!)} and ${formatType(indices!)} differ`, [], captureSite());
    }
    return [{ shape: resize(x!.shape, axis, size), dtype }];
  },
  kernel: { family: "putAlongAxis" },
  flops: ([x]) => sizeOf(x!.shape),
  reference: ({ inputs: [x, indices], outputs: [y], inputTypes: [, type], params: { axis, size } }) =>
    accumulate(y!, (sums) =>
      alongAxis(indices!, type!, axis, size, (named, own) => {
        sums[named]! += x![own]!;
      }),
    ),
  vjp: ({ g: [g], inputs: [, indices], params: { axis } }) => [apply1(takeAlongAxisOp, [g!, indices!], { axis }), null],
  linear: [0],
  batch: nextAxis,
  samples: () => [
    sample([3, 2], [3, 2], 5, { axis: 1, size: 5 }),
    sample([6, 2, 3], [6, 2, 3], 4, { axis: 0, size: 4 }),
    sample([2, 0], [2, 0], 3, { axis: 1, size: 3 }),
  ],
});

const checkTakeAlongAxis = parameters(
  "takeAlongAxis",
  { x: kind.tensor, indices: kind.indices },
  { axis: required(kind.axis) },
);

/**
 * Elements of `x` by their position on one axis: NumPy's `take_along_axis`, PyTorch's `gather`.
 *
 * @param x - any dtype that computes.
 * @param indices - i32, the rank of `x`; broadcast against it beside the axis. One out of range throws when the host knows the indices, and reads 0 otherwise. No gradient.
 * @returns the shape of the broadcast indices.
 * @example
 * ```ts
 * import { evaluateReference, takeAlongAxis, tensor } from "deconfound";
 * const columns = tensor([[1], [0]], { dtype: "i32" }); // one per row
 * console.log(String(await evaluateReference(takeAlongAxis(tensor([[1, 2], [3, 4]]), columns, { axis: 1 })).data())); // 2,3
 * ```
 */
export function takeAlongAxis<D extends DType>(
  x: Tensor<Shape, D>,
  indices: AnyTensor,
  options: { axis: number },
): Tensor<Shape, D>;
export function takeAlongAxis(x: AnyTensor, indices: AnyTensor, options: { axis: number }): AnyTensor {
  checkTakeAlongAxis(arguments);
  const rank = x.shape.length;
  const axis = normalizeAxis("takeAlongAxis", options.axis, rank);
  if (indices.shape.length !== rank) {
    throw new ShapeError(
      `takeAlongAxis: ranks differ, ${formatType(x)} and indices ${formatType(indices)}`,
      ["expandDims the indices"],
      captureSite(),
    );
  }
  checkIndices("takeAlongAxis", indices, x.shape[axis]!);
  const shared = broadcastShapes("takeAlongAxis", resize(x.shape, axis, 1), resize(indices.shape, axis, 1));
  const source = broadcastTo(x, resize(shared, axis, x.shape[axis]!));
  return apply1(takeAlongAxisOp, [source, broadcastTo(indices, resize(shared, axis, indices.shape[axis]!))], { axis });
}
