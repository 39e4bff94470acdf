import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { apply } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { broadcastShapes, normalizeAxis, sameShape, sizeOf } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { concat } from "./concat.ts";
import { arange } from "./creation.ts";
import { equal, maximum, minimum, sub } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { checkIndices } from "./indices.ts";
import { asTensors, checkDTypes } from "./operand.ts";
import { reshape } from "./reshape.ts";
import { where } from "./select.ts";
import type { Operand } from "./signatures.ts";
import { slice } from "./slice.ts";
import { sortOp } from "./sort.ts";
import { searchSorted } from "./sorted.ts";

/*
 * Values put into a tensor at the places that indices name. The indices are sorted once, stably, so the values of one place become
 * neighbours and the last of each is found by halving: no kernel of its own, and no order that depends on the device.
 */

interface Places {
  /** The values (…a, m, …b), m the number of indices, in the indices' sorted order. */
  readonly values: AnyTensor;
  /** The indices, sorted: (m), i32. */
  readonly sorted: AnyTensor;
  /** For each place of the axis where its last value stands in that order: (n), i32. */
  readonly last: AnyTensor;
  /** Whether there is one: bool, shaped to stand beside (…a, n, …b). */
  readonly isNamed: AnyTensor;
  readonly axis: number;
}

/** A vector along one axis of the given rank. */
const along = (vector: AnyTensor, axis: number, rank: number): AnyTensor =>
  reshape<AnyTensor, Shape>(
    vector,
    Array.from({ length: rank }, (_, i) => (i === axis ? vector.shape[0]! : 1)),
  );

/** @returns undefined where there is nothing to put, or no place. */
function placesOf(
  op: string,
  [base, indices, given]: readonly [AnyTensor, AnyTensor, Operand],
  options: { axis?: number | undefined },
  dtypes: readonly DType[],
): Places | undefined {
  const [, tensor] = asTensors([base, given]) as [AnyTensor, AnyTensor];
  checkDTypes(op, [base, tensor], dtypes);
  checkDTypes(op, [indices], ["i32"]);
  const axis = normalizeAxis(op, options.axis ?? 0, base.shape.length);
  const n = base.shape[axis]!;
  checkIndices(op, indices, n);
  const [before, after] = [base.shape.slice(0, axis), base.shape.slice(axis + 1)];
  const whole = [...before, ...indices.shape, ...after];
  if (!sameShape(broadcastShapes(op, whole, tensor.shape), whole)) {
    throw new ShapeError(
      `${op}: values ${formatType(tensor)} do not fit the places`,
      [`expects what broadcasts to [${whole.join(",")}]`],
      captureSite(),
    );
  }
  const m = sizeOf(indices.shape);
  if (m === 0 || n === 0) return undefined;
  const [sorted, order] = apply(sortOp, [reshape<AnyTensor, Shape>(indices, [m])], { axis: 0, descending: false });
  const flat = reshape<AnyTensor, Shape>(broadcastTo<AnyTensor, Shape>(tensor, whole), [...before, m, ...after]);
  const place = arange(n, { dtype: "i32" });
  const last = maximum(sub(searchSorted(sorted!, place, { side: "right" }), 1), 0) as AnyTensor;
  const isNamed = along(equal(gather(sorted!, last), place), axis, base.shape.length);
  return { values: gather(flat, order!, { axis }), sorted: sorted!, last, isNamed, axis };
}

const signature = [{ base: kind.tensor, indices: kind.indices, values: kind.operand }, { axis: kind.axis }] as const;
const checkScatterSet = parameters("scatterSet", ...signature);

/**
 * `base` with values put in at the places that `indices` name; of several values of one place the last one stays. Its gradient goes to what
 * is there in the end. JAX's `base.at[indices].set(values)`.
 *
 * The cost is a sort of the indices, and log₂ of their number reads for each place of the axis.
 *
 * @param base - `(…a, n, …b)`, f32, i32, u32 or bool.
 * @param indices - `(…i)`, i32. One outside 0 … n−1 throws when the indices are known on the host, and puts nothing otherwise. No gradient.
 * @param values - a number, or what broadcasts to `(…a, …i, …b)`, of the same dtype.
 * @returns the shape of `base`. @defaultValue axis 0
 * @example
 * ```ts
 * import { evaluateReference, scatterSet, tensor } from "deconfound";
 * const places = tensor([2, 0, 2], { dtype: "i32" });
 * console.log(String(await evaluateReference(scatterSet(tensor([1, 2, 3]), places, tensor([7, 8, 9]))).data())); // 8,2,9
 * ```
 */
export function scatterSet<S extends Shape, D extends DType>(
  base: Tensor<S, D>,
  indices: AnyTensor,
  values: Operand,
  options?: { axis?: number | undefined },
): Tensor<S, D>;
export function scatterSet(
  base: AnyTensor,
  indices: AnyTensor,
  values: Operand,
  options: { axis?: number | undefined } = {},
): AnyTensor {
  checkScatterSet(arguments);
  const places = placesOf("scatterSet", [base, indices, values], options, ["f32", "i32", "u32", "bool"]);
  if (places === undefined) return base;
  return where(places.isNamed, gather(places.values, places.last, { axis: places.axis }), base);
}

/** Extremes by doubling: after each pass a value is that of all up to `reach` before it that have the same place. */
function extreme(
  op: string,
  inputs: readonly [AnyTensor, AnyTensor, Operand],
  options: { axis?: number | undefined },
  combine: (before: AnyTensor, here: AnyTensor) => AnyTensor,
): AnyTensor {
  const places = placesOf(op, inputs, options, ["f32", "i32", "u32"]);
  const [base] = inputs;
  if (places === undefined) return base;
  const { sorted, last, isNamed, axis } = places;
  const m = sorted.shape[0]!;
  let y = places.values;
  for (let reach = 1; reach < m; reach *= 2) {
    const isSame = equal(slice(sorted as Tensor, { stop: m - reach }), slice(sorted as Tensor, { start: reach }));
    const here = slice(y as Tensor, { axis, start: reach });
    const both = combine(slice(y as Tensor, { axis, stop: m - reach }), here);
    const rest = where(along(isSame, axis, base.shape.length), both, here) as AnyTensor;
    y = concat([slice(y as Tensor, { axis, stop: reach }) as AnyTensor, rest], { axis });
  }
  return where(isNamed, combine(base, gather(y, last, { axis })), base);
}

const checkScatterMax = parameters("scatterMax", ...signature);

/**
 * `base` with each place at the largest of itself and the values that `indices` put there; NaN if one of them is. The gradient goes to the
 * first of equal ones, `base` before values. JAX's `base.at[indices].max(values)`.
 *
 * The cost is that of {@link scatterSet}, and log₂ of the number of indices passes over the values.
 *
 * @param base - `(…a, n, …b)`, f32, i32 or u32.
 * @param indices - `(…i)`, i32, as of {@link scatterSet}.
 * @param values - a number, or what broadcasts to `(…a, …i, …b)`, of the same dtype.
 * @returns the shape of `base`. @defaultValue axis 0
 * @example
 * ```ts
 * import { evaluateReference, scatterMax, tensor } from "deconfound";
 * const places = tensor([2, 0, 2], { dtype: "i32" });
 * console.log(String(await evaluateReference(scatterMax(tensor([1, 2, 3]), places, tensor([9, 0, 7]))).data())); // 1,2,9
 * ```
 */
export function scatterMax<S extends Shape, D extends DType>(
  base: Tensor<S, D>,
  indices: AnyTensor,
  values: Operand,
  options?: { axis?: number | undefined },
): Tensor<S, D>;
export function scatterMax(
  base: AnyTensor,
  indices: AnyTensor,
  values: Operand,
  options: { axis?: number | undefined } = {},
): AnyTensor {
  checkScatterMax(arguments);
  return extreme("scatterMax", [base, indices, values], options, maximum);
}

const checkScatterMin = parameters("scatterMin", ...signature);

/**
 * `base` with each place at the smallest of itself and the values that `indices` put there; otherwise {@link scatterMax}.
 *
 * @param base - `(…a, n, …b)`, f32, i32 or u32.
 * @param indices - `(…i)`, i32, as of {@link scatterSet}.
 * @param values - a number, or what broadcasts to `(…a, …i, …b)`, of the same dtype.
 * @returns the shape of `base`. @defaultValue axis 0
 * @example
 * ```ts
 * import { evaluateReference, scatterMin, tensor } from "deconfound";
 * const places = tensor([2, 0, 2], { dtype: "i32" });
 * console.log(String(await evaluateReference(scatterMin(tensor([1, 2, 3]), places, tensor([9, 0, 2]))).data())); // 0,2,2
 * ```
 */
export function scatterMin<S extends Shape, D extends DType>(
  base: Tensor<S, D>,
  indices: AnyTensor,
  values: Operand,
  options?: { axis?: number | undefined },
): Tensor<S, D>;
export function scatterMin(
  base: AnyTensor,
  indices: AnyTensor,
  values: Operand,
  options: { axis?: number | undefined } = {},
): AnyTensor {
  checkScatterMin(arguments);
  return extreme("scatterMin", [base, indices, values], options, minimum);
}
