import type { DType } from "../dtype.ts";
import { allocate, holds } from "../dtype.ts";
import { ConfigError, DTypeError } from "../errors.ts";
import { roundToHalf } from "../half.ts";
import * as kind from "../kinds.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { checkShape } from "../shape.ts";
import type { Plain } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { hostLeaf } from "../tensor.ts";
import { broadcastTo } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { equal } from "./elementwise.ts";
import { checkDTypes, scalar } from "./operand.ts";
import { expandDims } from "./reshape.ts";

const checkFull = parameters("full", { shape: kind.shape, value: kind.anyNumber }, { dtype: kind.dtype });

/**
 * A tensor filled with one value. It takes no memory until something writes it.
 *
 * @defaultValue dtype f32
 * @example
 * ```ts
 * import { evaluateReference, full } from "deconfound";
 * console.log(String(await evaluateReference(full([2, 2], 7)).data())); // 7,7,7,7
 * ```
 */
export function full<const S extends Shape, D extends DType = "f32">(
  shape: S,
  value: number,
  options: { dtype?: D | undefined } = {},
): Tensor<Plain<S>, D> {
  checkFull(arguments);
  checkShape("full", shape);
  return broadcastTo(scalar(value, options.dtype ?? "f32"), shape) as Tensor<Plain<S>, D>;
}

const checkZeros = parameters("zeros", { shape: kind.shape }, { dtype: kind.dtype });

/**
 * A tensor of zeros.
 *
 * @defaultValue dtype f32
 * @example
 * ```ts
 * import { evaluateReference, zeros } from "deconfound";
 * console.log(String(await evaluateReference(zeros([3])).data())); // 0,0,0
 * ```
 */
export function zeros<const S extends Shape, D extends DType = "f32">(
  shape: S,
  options: { dtype?: D | undefined } = {},
): Tensor<Plain<S>, D> {
  checkZeros(arguments);
  return full(shape, 0, options);
}

const checkOnes = parameters("ones", { shape: kind.shape }, { dtype: kind.dtype });

/**
 * A tensor of ones.
 *
 * @defaultValue dtype f32
 * @example
 * ```ts
 * import { evaluateReference, ones } from "deconfound";
 * console.log(String(await evaluateReference(ones([3])).data())); // 1,1,1
 * ```
 */
export function ones<const S extends Shape, D extends DType = "f32">(
  shape: S,
  options: { dtype?: D | undefined } = {},
): Tensor<Plain<S>, D> {
  checkOnes(arguments);
  return full(shape, 1, options);
}

const checkArange = parameters(
  "arange",
  { stop: kind.finite },
  { start: kind.finite, step: kind.finite, dtype: kind.dtype },
);

/**
 * `start`, `start + step`, … as long as they stay before `stop`: ⌈(stop − start)/step⌉ values, none if that is negative.
 *
 * @param options.start - @defaultValue 0
 * @param options.step - not 0; may be negative. @defaultValue 1
 * @param options.dtype - @defaultValue f32
 * @example
 * ```ts
 * import { arange, evaluateReference } from "deconfound";
 * console.log(String(await evaluateReference(arange(10, { start: 1, step: 3 })).data())); // 1,4,7
 * ```
 */
export function arange<D extends DType = "f32">(
  stop: number,
  options?: { start?: number | undefined; step?: number | undefined; dtype?: D | undefined },
): Tensor<Shape, D>;
export function arange(
  stop: number,
  options: { start?: number | undefined; step?: number | undefined; dtype?: DType | undefined } = {},
): AnyTensor {
  checkArange(arguments);
  const { start = 0, step = 1, dtype = "f32" } = options;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isFinite(count)) {
    throw new ConfigError(
      `arange: from ${start} to ${stop} by ${step} has no end`,
      ["start and stop are finite, step is not 0"],
      captureSite(),
    );
  }
  const value = (i: number): number => start + i * step;
  // where the first two are integers, all are; and they lie between the first and the last
  const lost = [0, 1, count - 1].find((i) => i >= 0 && i < count && !holds(dtype, value(i)));
  if (lost !== undefined) {
    throw new DTypeError(
      `arange: ${dtype} cannot hold the number ${value(lost)}`,
      [`from ${start} by ${step}, position ${lost}`, "take another dtype, or integers for start and step"],
      captureSite(),
    );
  }
  const data = allocate(dtype, count);
  for (let i = 0; i < count; i++) data[i] = dtype === "f16" ? roundToHalf(value(i)) : value(i);
  return hostLeaf({ shape: [count], dtype }, data);
}

const checkEye = parameters("eye", { n: kind.number }, { columns: kind.number, dtype: kind.dtype });

/**
 * The identity matrix `(n, columns)`.
 *
 * @defaultValue columns n, dtype f32
 * @example
 * ```ts
 * import { evaluateReference, eye } from "deconfound";
 * console.log(String(await evaluateReference(eye(2)).data())); // 1,0,0,1
 * ```
 */
export function eye<D extends DType = "f32">(
  n: number,
  options?: { columns?: number | undefined; dtype?: D | undefined },
): Tensor<Shape, D>;
export function eye(n: number, options: { columns?: number | undefined; dtype?: DType | undefined } = {}): AnyTensor {
  checkEye(arguments);
  const { columns = n, dtype = "f32" } = options;
  checkShape("eye", [n, columns]);
  const row = expandDims(arange(n, { dtype: "i32" }), { axis: 1 });
  return cast(equal(row, arange(columns, { dtype: "i32" })), dtype);
}

const checkOneHot = parameters(
  "oneHot",
  { indices: kind.indices },
  { classes: required(kind.number), dtype: kind.dtype },
);

/**
 * 1 at the index, 0 elsewhere, along a new last axis.
 *
 * @param indices - i32, any shape. An index outside 0 … classes−1 gives a row of zeros. No gradient.
 * @param options.classes - size of the new axis.
 * @returns `(…indices, classes)`. @defaultValue dtype f32
 * @example
 * ```ts
 * import { evaluateReference, oneHot, tensor } from "deconfound";
 * console.log(String(await evaluateReference(oneHot(tensor([2, 0], { dtype: "i32" }), { classes: 3 })).data())); // 0,0,1,1,0,0
 * ```
 */
export function oneHot<D extends DType = "f32">(
  indices: AnyTensor,
  options: { classes: number; dtype?: D | undefined },
): Tensor<Shape, D>;
export function oneHot(indices: AnyTensor, options: { classes: number; dtype?: DType | undefined }): AnyTensor {
  checkOneHot(arguments);
  checkDTypes("oneHot", [indices], ["i32"]);
  checkShape("oneHot", [options.classes]);
  const column = expandDims(indices, { axis: -1 });
  return cast(equal(column, arange(options.classes, { dtype: "i32" })), options.dtype ?? "f32");
}
