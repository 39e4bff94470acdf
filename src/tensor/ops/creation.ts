import type { DType } from "../dtype.ts";
import { allocate } from "../dtype.ts";
import { ConfigError } from "../errors.ts";
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

/** A tensor filled with one value. It takes no memory until something writes it. @defaultValue dtype f32 */
export function full<const S extends Shape, D extends DType = "f32">(
  shape: S,
  value: number,
  options: { dtype?: D } = {},
): Tensor<Plain<S>, D> {
  checkShape("full", shape);
  return broadcastTo(scalar(value, options.dtype ?? "f32"), shape) as Tensor<Plain<S>, D>;
}

/** A tensor of zeros. @defaultValue dtype f32 */
export function zeros<const S extends Shape, D extends DType = "f32">(
  shape: S,
  options: { dtype?: D } = {},
): Tensor<Plain<S>, D> {
  return full(shape, 0, options);
}

/** A tensor of ones. @defaultValue dtype f32 */
export function ones<const S extends Shape, D extends DType = "f32">(
  shape: S,
  options: { dtype?: D } = {},
): Tensor<Plain<S>, D> {
  return full(shape, 1, options);
}

/**
 * `start`, `start + step`, … as long as they stay before `stop`: ⌈(stop − start)/step⌉ values, none if that is negative.
 *
 * @param options.start - @defaultValue 0
 * @param options.step - not 0; may be negative. @defaultValue 1
 * @param options.dtype - @defaultValue f32
 */
export function arange<D extends DType = "f32">(
  stop: number,
  options?: { start?: number; step?: number; dtype?: D },
): Tensor<Shape, D>;
export function arange(stop: number, options: { start?: number; step?: number; dtype?: DType } = {}): AnyTensor {
  const { start = 0, step = 1, dtype = "f32" } = options;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isFinite(count)) {
    throw new ConfigError(
      `arange: from ${start} to ${stop} by ${step} has no end`,
      ["start and stop are finite, step is not 0"],
      captureSite(),
    );
  }
  const data = allocate(dtype, count);
  for (let i = 0; i < count; i++) data[i] = start + i * step;
  return hostLeaf({ shape: [count], dtype }, data);
}

/** The identity matrix `(n, columns)`. @defaultValue columns n, dtype f32 */
export function eye<D extends DType = "f32">(n: number, options?: { columns?: number; dtype?: D }): Tensor<Shape, D>;
export function eye(n: number, options: { columns?: number; dtype?: DType } = {}): AnyTensor {
  const { columns = n, dtype = "f32" } = options;
  checkShape("eye", [n, columns]);
  const row = expandDims(arange(n, { dtype: "i32" }), { axis: 1 });
  return cast(equal(row, arange(columns, { dtype: "i32" })), dtype);
}

/**
 * 1 at the index, 0 elsewhere, along a new last axis.
 *
 * @param indices - i32, any shape. An index outside 0 … classes−1 gives a row of zeros. No gradient.
 * @param options.classes - size of the new axis.
 * @returns `(…indices, classes)`. @defaultValue dtype f32
 */
export function oneHot<D extends DType = "f32">(
  indices: AnyTensor,
  options: { classes: number; dtype?: D },
): Tensor<Shape, D>;
export function oneHot(indices: AnyTensor, options: { classes: number; dtype?: DType }): AnyTensor {
  checkDTypes("oneHot", [indices], ["i32"]);
  checkShape("oneHot", [options.classes]);
  const column = expandDims(indices, { axis: -1 });
  return cast(equal(column, arange(options.classes, { dtype: "i32" })), options.dtype ?? "f32");
}
