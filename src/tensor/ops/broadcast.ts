import { nextAxes } from "../batch-rule.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { broadcastShapes, checkShape, formatShape, normalizeAxes, sameShape, sizeOf, stridesOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, TensorType } from "../tensor.ts";
import { affine, along, fixed } from "../view.ts";
import { checkAxes, checkDTypes } from "./operand.ts";
import { reshape } from "./reshape.ts";
import type { ReduceOptions, Reduction, Shaped } from "./signatures.ts";

export const broadcastOp: Op<{ readonly shape: Shape }> = defineOp<{ readonly shape: Shape }>({
  name: "broadcastTo",
  infer: ([x], { shape }) => {
    checkShape("broadcastTo", shape);
    if (!sameShape(broadcastShapes("broadcastTo", x!.shape, shape), shape)) {
      throw new ShapeError(
        `broadcastTo: ${formatShape(x!.shape)} does not broadcast to ${formatShape(shape)}`,
        [],
        captureSite(),
      );
    }
    return [{ shape, dtype: x!.dtype }];
  },
  view: ([x], output) => {
    const lead = output.shape.length - x!.shape.length;
    return affine(x!.shape.map((n, axis) => (n === 1 ? fixed(0) : along(axis + lead))));
  },
  vjp: ({ g: [g], inputs: [x] }) => {
    const lead = g!.shape.length - x!.shape.length;
    const axes = g!.shape.flatMap((n, axis) => (axis < lead || (n !== 1 && x!.shape[axis - lead] === 1) ? [axis] : []));
    return [reshape(sum(g!, { axis: axes }), x!.shape)];
  },
  batch: {
    outputs: ({ inputs: [x], size, params: { shape } }) => {
      const own = x!.shape.slice(1);
      const lead = new Array<number>(shape.length - own.length).fill(1);
      return [broadcastTo(reshape(x!, [size, ...lead, ...own]), [size, ...shape])];
    },
  },
  linear: [0],
  samples: () => [
    { inputs: [{ shape: [3, 1], dtype: "f32" }], params: { shape: [2, 3, 4] } },
    { inputs: [{ shape: [], dtype: "f32" }], params: { shape: [5] } },
  ],
});

const checkBroadcastTo = parameters("broadcastTo", { x: kind.tensor, shape: kind.shape });

/**
 * Repeats size-1 and missing leading axes, as NumPy does; costs no memory.
 *
 * @throws ShapeError if it does not fit.
 * @example
 * ```ts
 * import { broadcastTo, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(broadcastTo(tensor([1, 2]), [2, 2])).data())); // 1,2,1,2
 * ```
 */
export function broadcastTo<X extends AnyTensor, const S extends Shape>(x: X, shape: S): Shaped<X, S> {
  checkBroadcastTo(arguments);
  const y = sameShape(x.shape, shape) ? x : apply1(broadcastOp, [x], { shape: [...shape] });
  return y as AnyTensor as Shaped<X, S>;
}

/** Params of every reduction record: sorted axes that disappear. */
export interface ReduceParams {
  readonly axes: readonly number[];
}

/** The shape that remains. */
export function reducedShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** For a reduction's reference: offsets of the kept elements, and offsets of the reduced ones within each. */
export function reductionOffsets(type: TensorType, axes: readonly number[]): { kept: Int32Array; reduced: Int32Array } {
  const strides = stridesOf(type.shape);
  const offsets = (chosen: readonly number[]): Int32Array => {
    let list = Int32Array.of(0);
    for (const axis of chosen) {
      const n = type.shape[axis]!;
      const next = new Int32Array(list.length * n);
      list.forEach((base, i) => {
        for (let k = 0; k < n; k++) next[i * n + k] = base + k * strides[axis]!;
      });
      list = next;
    }
    return list;
  };
  const all = type.shape.map((_, axis) => axis);
  return { kept: offsets(all.filter((axis) => !axes.includes(axis))), reduced: offsets(axes) };
}

/** Example calls shared by the reductions. */
export function reduceSamples(domain?: { kind: "distinct" }): { inputs: TensorType[]; params: ReduceParams }[] {
  const of = (shape: Shape, axes: number[]): { inputs: TensorType[]; params: ReduceParams } => ({
    inputs: [{ shape, dtype: "f32", ...(domain ? { domain } : {}) }],
    params: { axes },
  });
  return [
    of([4, 3], [0]),
    of([4, 3], [1]),
    of([2, 3, 4], [0, 2]),
    of([5], [0]),
    of([3], []),
    // beyond a workgroup's 64 threads and a thread's blocks of 8
    of([2, 150], [1]),
    of([150, 3], [0]),
  ];
}

export const sumOp: Op<ReduceParams> = defineOp<ReduceParams>({
  name: "sum",
  infer: ([x], { axes }) => {
    const dtype = checkDTypes("sum", [x!], ["f32", "i32", "u32"]);
    checkAxes("sum", x!, axes);
    return [{ shape: reducedShape(x!.shape, axes), dtype }];
  },
  kernel: { family: "reduce", combine: "add" },
  flops: ([x]) => sizeOf(x!.shape),
  reference: ({ inputs: [x], outputs: [y], inputTypes: [type], params }) => {
    const { kept, reduced } = reductionOffsets(type!, params.axes);
    const integer = type!.dtype !== "f32"; // wraps at each step: a double holds no sum beyond 2⁵³
    for (let i = 0; i < kept.length; i++) {
      let total = 0;
      if (integer) for (let k = 0; k < reduced.length; k++) total = (total + x![kept[i]! + reduced[k]!]!) | 0;
      else for (let k = 0; k < reduced.length; k++) total += x![kept[i]! + reduced[k]!]!;
      y![i] = total;
    }
  },
  vjp: ({ g: [g], inputs: [x], params }) => {
    const kept = x!.shape.map((n, axis) => (params.axes.includes(axis) ? 1 : n));
    return [broadcastTo(reshape(g!, kept), x!.shape)];
  },
  linear: [0],
  batch: nextAxes,
  samples: reduceSamples,
});

/** Applies a reduction record with NumPy's options. */
export function reduceWith(op: Op<ReduceParams>, x: AnyTensor, options: ReduceOptions = {}): AnyTensor {
  const axes = normalizeAxes(op.name, options.axis, x.shape.length);
  const y = axes.length === 0 && op === sumOp ? x : apply1(op, [x], { axes });
  if (options.keepDims !== true) return y;
  return reshape(
    y,
    x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
  );
}

/** What a reduction takes. */
export const reductionParameters = (name: string): ReturnType<typeof parameters> =>
  parameters(name, { x: kind.tensor }, { axis: kind.axes, keepDims: kind.flag });

/** The public function of a reduction record. */
export function reduction(op: Op<ReduceParams>): Reduction {
  const check = reductionParameters(op.name);
  return function reduce(x: AnyTensor, options?: ReduceOptions): AnyTensor {
    check(arguments);
    return reduceWith(op, x, options);
  } as Reduction;
}

/**
 * Σ over the axes. f32 in a fixed tree of partial sums, never many terms one by one; i32 and u32 wrap. An empty sum is 0.
 * @example
 * ```ts
 * import { evaluateReference, sum, tensor } from "deconfound";
 * console.log(String(await evaluateReference(sum(tensor([[1, 2], [3, 4]]), { axis: 0 })).data())); // 4,6
 * ```
 */
export const sum: Reduction = reduction(sumOp);
