import type { DType } from "../dtype.ts";
import { ConfigError, ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { AxisOption, Shape } from "../shape.ts";
import { normalizeAxes, normalizeAxis } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { affine, along } from "../view.ts";

/** For each axis: `size` elements start, start + step, … */
interface SliceParams {
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly size: readonly number[];
}

/** For each axis: element i goes to start + step·i of `shape`, step > 0; `value` elsewhere. */
interface PadParams {
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly shape: Shape;
  readonly value: number;
}

const sliceSample = (shape: Shape, start: number[], step: number[], size: number[]): Sample<SliceParams> => ({
  inputs: [{ shape, dtype: "f32" }],
  params: { start, step, size },
});

const padSample = (shape: Shape, start: number[], step: number[], to: Shape, value = 0): Sample<PadParams> => ({
  inputs: [{ shape, dtype: "f32" }],
  params: { start, step, shape: to, value },
});

function checkInside(
  op: string,
  from: Shape,
  rank: number,
  params: { start: readonly number[]; step: readonly number[] },
  size: Shape,
): void {
  const fits = size.every((n, axis) => {
    const first = params.start[axis]!;
    const last = first + (n - 1) * params.step[axis]!;
    return n === 0 || (Math.min(first, last) >= 0 && Math.max(first, last) < from[axis]!);
  });
  if (rank !== size.length || from.length !== size.length || !fits) {
    throw new ShapeError(
      `${op}: the range leaves the shape [${from}]`,
      [`start [${params.start}], step [${params.step}], size [${size}]`],
      captureSite(),
    );
  }
}

export const sliceOp: Op<SliceParams> = defineOp<SliceParams>({
  name: "slice",
  infer: ([x], params) => {
    checkInside("slice", x!.shape, params.start.length, params, params.size);
    return [{ shape: params.size, dtype: x!.dtype }];
  },
  view: (_, __, { start, step }) => affine(start.map((from, axis) => along(axis, from, step[axis]!))),
  vjp: ({ g: [g], inputs: [x], params: { start, step, size } }) => {
    const backward = step.flatMap((s, axis) => (s < 0 ? [axis] : []));
    const first = start.map((from, axis) => (step[axis]! < 0 ? from + (size[axis]! - 1) * step[axis]! : from));
    const upward = backward.length === 0 ? g! : flip(g!, { axis: backward });
    return [apply1(padOp, [upward], { start: first, step: step.map(Math.abs), shape: x!.shape, value: 0 })];
  },
  batch: {
    params: ({ start, step, size: own }, size) => ({ start: [0, ...start], step: [1, ...step], size: [size, ...own] }),
  },
  linear: [0],
  samples: () => [
    sliceSample([5], [1], [1], [3]),
    sliceSample([5, 4], [4, 0], [-2, 3], [3, 2]),
    sliceSample([2, 3, 7], [1, 0, 1], [1, 1, 2], [1, 3, 3]),
    sliceSample([4], [2], [1], [0]),
  ],
});

export const padOp: Op<PadParams> = defineOp<PadParams>({
  name: "pad",
  infer: ([x], params) => {
    checkInside("pad", params.shape, x!.shape.length, params, x!.shape);
    return [{ shape: params.shape, dtype: x!.dtype }];
  },
  view: ([x], _, { start, step, value }) => ({
    kind: "pieces",
    pieces: [
      {
        input: 0,
        reads: start.map((from, axis) => along(axis, -from / step[axis]!, 1 / step[axis]!)),
        inside: x!.shape.map((n, axis) => ({
          axis,
          from: start[axis]!,
          to: n === 0 ? start[axis]! : start[axis]! + (n - 1) * step[axis]! + 1,
          step: step[axis]!,
        })),
      },
    ],
    fill: value,
  }),
  vjp: ({ g: [g], inputs: [x], params: { start, step } }) => [apply1(sliceOp, [g!], { start, step, size: x!.shape })],
  batch: {
    params: ({ start, step, shape, value }, size) => ({
      start: [0, ...start],
      step: [1, ...step],
      shape: [size, ...shape],
      value,
    }),
  },
  linear: [0],
  samples: () => [
    padSample([3], [2], [1], [6], 1.5),
    padSample([2, 3], [0, 1], [1, 1], [4, 4]),
    padSample([2, 3], [1, 2], [3, 2], [6, 7]),
  ],
});

/** One value per axis: a number stands for all of them. */
function perAxis(option: number | readonly (number | undefined)[] | undefined, axes: number): (number | undefined)[] {
  if (option === undefined || typeof option === "number") return new Array<number | undefined>(axes).fill(option);
  if (option.length !== axes) {
    throw new ShapeError(
      `slice: ${option.length} values for ${axes} axes`,
      ["one a named axis, or a number for all"],
      captureSite(),
    );
  }
  return [...option];
}

/** NumPy's rule: negative positions count from the end, positions beyond an end are clamped to it. */
function resolveRange(n: number, from: number | undefined, to: number | undefined, step: number): [number, number] {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? n : n - 1;
  const resolve = (position: number): number => Math.min(Math.max(position < 0 ? position + n : position, low), high);
  const start = from === undefined ? (step > 0 ? low : high) : resolve(from);
  const stop = to === undefined ? (step > 0 ? high : low) : resolve(to);
  return [start, Math.max(0, Math.ceil((stop - start) / step))];
}

export interface SliceOptions {
  /** Axes to cut. @defaultValue all, in order */
  readonly axis?: AxisOption | undefined;
  /** First position, one number for all named axes or one each. @defaultValue the beginning; the end where step < 0 */
  readonly start?: number | readonly (number | undefined)[];
  /** Position before which it ends. @defaultValue the end, inclusive; the beginning, inclusive, where step < 0 */
  readonly stop?: number | readonly (number | undefined)[];
  /** Not 0. @defaultValue 1 */
  readonly step?: number | readonly (number | undefined)[];
}

const checkSlice = parameters(
  "slice",
  { x: kind.tensor },
  { axis: kind.axes, start: kind.positions, stop: kind.positions, step: kind.positions },
);

/**
 * A range of positions along some axes, as Python's `x[start:stop:step]`: negative positions count from the end, and positions beyond
 * an end are clamped to it.
 *
 * @throws ConfigError if a step is 0 or a position is not an integer. ShapeError if the lists do not match the axes.
 * @example
 * ```ts
 * import { evaluateReference, slice, tensor } from "deconfound";
 * console.log(String(await evaluateReference(slice(tensor([0, 1, 2, 3, 4, 5]), { start: 1, stop: -1, step: 2 })).data())); // 1,3
 * ```
 */
export function slice<D extends DType>(x: Tensor<Shape, D>, options: SliceOptions): Tensor<Shape, D>;
export function slice(x: AnyTensor, options: SliceOptions): AnyTensor {
  checkSlice(arguments);
  const rank = x.shape.length;
  const named =
    options.axis === undefined
      ? x.shape.map((_, axis) => axis)
      : [options.axis].flat().map((a) => normalizeAxis("slice", a, rank));
  normalizeAxes("slice", named, rank);
  const [from, to, by] = [options.start, options.stop, options.step].map((option) => perAxis(option, named.length));
  const start = x.shape.map(() => 0);
  const step = x.shape.map(() => 1);
  const size = [...x.shape];
  named.forEach((axis, i) => {
    step[axis] = by![i] ?? 1;
    if (step[axis] === 0 || [from![i], to![i], step[axis]].some((n) => n !== undefined && !Number.isInteger(n))) {
      throw new ConfigError(
        "slice: positions are integers, and a step is not 0",
        [`axis ${axis} of ${formatType(x)}`],
        captureSite(),
      );
    }
    [start[axis], size[axis]] = resolveRange(x.shape[axis]!, from![i], to![i], step[axis]!) as [number, number];
  });
  const whole = size.every((n, axis) => n === x.shape[axis] && step[axis] === 1);
  return whole ? x : apply1(sliceOp, [x], { start, step, size });
}

const checkFlip = parameters("flip", { x: kind.tensor }, { axis: kind.axes });

/**
 * Reverses the order along axes.
 *
 * @defaultValue all axes
 * @example
 * ```ts
 * import { evaluateReference, flip, tensor } from "deconfound";
 * console.log(String(await evaluateReference(flip(tensor([[1, 2], [3, 4]]), { axis: 1 })).data())); // 2,1,4,3
 * ```
 */
export function flip<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options?: { axis?: AxisOption | undefined },
): Tensor<S, D>;
export function flip(x: AnyTensor, options: { axis?: AxisOption | undefined } = {}): AnyTensor {
  checkFlip(arguments);
  const axes = normalizeAxes("flip", options.axis, x.shape.length);
  return slice(x, { axis: axes, step: -1 });
}
