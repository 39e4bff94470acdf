import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters, required } from "../parameters.ts";
import type { Repeat } from "../reshape-types.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { sub } from "./elementwise.ts";
import { expandDims, reshape, squeeze } from "./reshape.ts";
import { slice } from "./slice.ts";

const checkSplit = parameters(
  "split",
  { x: kind.tensor },
  { count: kind.count, sizes: kind.indexList, axis: kind.axis },
);

/**
 * Pieces of `x` along an axis: `count` equal ones, or of the given sizes. {@link concat} puts them together.
 *
 * @param options.count - divides the size of the axis. Either this or `sizes`.
 * @param options.sizes - they sum to the size of the axis.
 * @param options.axis - @defaultValue 0
 * @throws ShapeError if the pieces do not make up the axis.
 * @example
 * ```ts
 * import { arange, evaluateReference, split } from "deconfound";
 * const [head, tail] = split(arange(5), { sizes: [2, 3] });
 * console.log(String(await evaluateReference(head!).data()), String(await evaluateReference(tail!).data())); // 0,1 2,3,4
 * ```
 */
export function split<D extends DType, const N extends number>(
  x: Tensor<Shape, D>,
  options: { count: N; axis?: number | undefined },
): Repeat<Tensor<Shape, D>, N>;
export function split<D extends DType>(
  x: Tensor<Shape, D>,
  options: { sizes: readonly number[]; axis?: number | undefined },
): Tensor<Shape, D>[];
export function split(
  x: AnyTensor,
  options: { count?: number | undefined; sizes?: readonly number[] | undefined; axis?: number | undefined },
): AnyTensor[] {
  checkSplit(arguments);
  const axis = normalizeAxis("split", options.axis ?? 0, x.shape.length);
  const n = x.shape[axis]!;
  const { count, sizes = Array.from({ length: count ?? 0 }, () => n / count!) } = options;
  const isEither = (count === undefined) !== (options.sizes === undefined);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (!isEither || !sizes.every(Number.isInteger) || total !== n) {
    const parts = count === undefined ? `sizes [${sizes}]` : `${count} equal parts`;
    throw new ShapeError(
      `split: ${parts} do not make up axis ${axis} of ${formatType(x)}`,
      ["expects { count } or { sizes }"],
      captureSite(),
    );
  }
  let from = 0;
  return sizes.map((size) => {
    const start = from;
    from += size;
    return slice(x, { axis, start, stop: from });
  });
}

const checkUnstack = parameters("unstack", { x: kind.tensor }, { axis: kind.axis });

/**
 * The slices along an axis, which goes away. {@link stack} puts them together. @defaultValue axis 0
 * @example
 * ```ts
 * import { evaluateReference, tensor, unstack } from "deconfound";
 * const [a, b] = unstack(tensor([[1, 2], [3, 4]]));
 * console.log(String(await evaluateReference(a!).data()), String(await evaluateReference(b!).data())); // 1,2 3,4
 * ```
 */
export function unstack<D extends DType>(
  x: Tensor<Shape, D>,
  options?: { axis?: number | undefined },
): Tensor<Shape, D>[];
export function unstack(x: AnyTensor, options: { axis?: number | undefined } = {}): AnyTensor[] {
  checkUnstack(arguments);
  const axis = normalizeAxis("unstack", options.axis ?? 0, x.shape.length);
  return Array.from({ length: x.shape[axis]! }, (_, i) => squeeze(slice(x, { axis, start: i, stop: i + 1 }), { axis }));
}

const checkRepeat = parameters("repeat", { x: kind.tensor }, { repeats: required(kind.count), axis: kind.axis });

/**
 * Each element several times in a row: `repeat([1, 2], { repeats: 2 })` is 1 1 2 2.
 *
 * @param options.repeats - ≥ 0.
 * @param options.axis - along which. @defaultValue 0
 * @example
 * ```ts
 * import { evaluateReference, repeat, tensor } from "deconfound";
 * console.log(String(await evaluateReference(repeat(tensor([1, 2]), { repeats: 2 })).data())); // 1,1,2,2
 * ```
 */
export function repeat<D extends DType>(
  x: Tensor<Shape, D>,
  options: { repeats: number; axis?: number | undefined },
): Tensor<Shape, D>;
export function repeat(x: AnyTensor, options: { repeats: number; axis?: number | undefined }): AnyTensor {
  checkRepeat(arguments);
  const axis = normalizeAxis("repeat", options.axis ?? 0, x.shape.length);
  const spread = x.shape.flatMap((n, i) => (i === axis ? [n, options.repeats] : [n]));
  const whole = x.shape.map((n, i) => (i === axis ? n * options.repeats : n));
  return reshape<AnyTensor, Shape>(broadcastTo(expandDims(x, { axis: axis + 1 }), spread), whole);
}

const checkDiff = parameters("diff", { x: kind.tensor }, { order: kind.count, axis: kind.axis });

/**
 * Differences of neighbours along an axis, xᵢ₊₁ − xᵢ, taken `order` times; the axis gets shorter by `order`.
 *
 * @param options.order - @defaultValue 1
 * @param options.axis - @defaultValue −1
 * @example
 * ```ts
 * import { diff, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(diff(tensor([1, 4, 9, 16]), { order: 2 })).data())); // 2,2
 * ```
 */
export function diff<D extends DType>(
  x: Tensor<Shape, D>,
  options?: { order?: number | undefined; axis?: number | undefined },
): Tensor<Shape, D>;
export function diff(x: AnyTensor, options: { order?: number | undefined; axis?: number | undefined } = {}): AnyTensor {
  checkDiff(arguments);
  const { order = 1 } = options;
  const axis = normalizeAxis("diff", options.axis ?? -1, x.shape.length);
  let rest = x;
  for (let i = 0; i < order && rest.shape[axis]! > 0; i++) {
    rest = sub(slice(rest, { axis, start: 1 }), slice(rest, { axis, stop: rest.shape[axis]! - 1 }));
  }
  return rest;
}
