import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import type { ConvOptions } from "../../tensor/ops/conv2d.ts";
import { manyBroadcastShapes } from "./broadcast-shapes.ts";
import { shape } from "./shape.ts";

/** Shapes of a product `[…, m, k] × […, k, n]`. */
export interface MatmulCase {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly result: readonly number[];
}

/**
 * Shapes that `matmul` takes: matrices with up to two axes of batches, which broadcast. Shrinks to 1 × 1 by 1 × 1.
 *
 * @param options.maxSize - of rows and columns. @defaultValue 5
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { matmul, ones } from "deconfound";
 * import { matmulCase } from "deconfound/testing/fast-check";
 *
 * fc.assert(fc.property(matmulCase(), ({ a, b, result }) => matmul(ones(a), ones(b)).shape.join() === result.join()));
 * console.log("all fit"); // all fit
 * ```
 */
export function matmulCase(options: { readonly maxSize?: number | undefined } = {}): Arbitrary<MatmulCase> {
  const size = fc.integer({ min: 1, max: options.maxSize ?? 5 });
  const batches = manyBroadcastShapes(2, { maxRank: 2, maxSize: 3 });
  return fc.record({ batches, m: size, k: size, n: size }).map(({ batches: { shapes, result }, m, k, n }) => ({
    a: [...shapes[0]!, m, k],
    b: [...shapes[1]!, k, n],
    result: [...result, m, n],
  }));
}

/** A convolution that `conv2d` takes. */
export interface ConvCase {
  /** n, h, w, c */
  readonly x: readonly [number, number, number, number];
  /** kh, kw, c/groups, k */
  readonly w: readonly [number, number, number, number];
  readonly options: ConvOptions;
}

/**
 * Convolutions that have an output pixel at least, with strides, dilation, groups and every form of padding. Shrinks to one pixel, one
 * channel and no options.
 *
 * @param options.maxSize - of the kernel, and of images beyond it. @defaultValue 3
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { conv2d, ones } from "deconfound";
 * import { convCase } from "deconfound/testing/fast-check";
 *
 * fc.assert(fc.property(convCase(), ({ x, w, options }) => !conv2d(ones(x), ones(w), options).shape.includes(0)));
 * console.log("all fit"); // all fit
 * ```
 */
export function convCase(options: { readonly maxSize?: number | undefined } = {}): Arbitrary<ConvCase> {
  const { maxSize = 3 } = options;
  const size = fc.integer({ min: 1, max: maxSize });
  const few = fc.integer({ min: 1, max: 2 });
  const side = fc.record({ kernel: size, beyond: fc.nat(maxSize), dilation: few, stride: few });
  const padding = fc.constantFrom<NonNullable<ConvOptions["padding"]>>("valid", "same", 1, [
    [0, 1],
    [2, 0],
  ]);
  return fc
    .record({ n: few, groups: few, inside: few, outside: few, sides: fc.tuple(side, side), padding })
    .map(({ n, groups, inside, outside, sides: [v, h], padding }) => {
      const length = ({ kernel, beyond, dilation }: typeof v): number => dilation * (kernel - 1) + 1 + beyond;
      return {
        x: [n, length(v), length(h), inside * groups],
        w: [v.kernel, h.kernel, inside, outside * groups],
        options: { stride: [v.stride, h.stride], dilation: [v.dilation, h.dilation], groups, padding },
      };
    });
}

/** A shape, and which of its axes to reduce: options of `sum`, `max` and their like. */
export interface ReduceCase {
  readonly shape: readonly number[];
  readonly options: { readonly axis: readonly number[]; readonly keepDims: boolean };
}

/**
 * Reductions over any of a shape's axes, counted from the front or from the back.
 *
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { ones, sum } from "deconfound";
 * import { reduceCase } from "deconfound/testing/fast-check";
 *
 * const keeps = fc.property(reduceCase(), ({ shape, options }) => {
 *   const rank = shape.length - (options.keepDims ? 0 : options.axis.length);
 *   return sum(ones(shape), options).shape.length === rank;
 * });
 * fc.assert(keeps);
 * console.log("all keep their rank"); // all keep their rank
 * ```
 */
export function reduceCase(): Arbitrary<ReduceCase> {
  return fc.record({ shape: shape({ minRank: 1 }), keepDims: fc.boolean() }).chain(({ shape: sizes, keepDims }) =>
    fc.tuple(fc.subarray([...sizes.keys()]), fc.boolean()).map(([axes, back]) => ({
      shape: sizes,
      options: { axis: axes.map((k) => (back ? k - sizes.length : k)), keepDims },
    })),
  );
}
