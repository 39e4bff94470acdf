import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";

/** Two shapes that broadcast, and the shape that they broadcast to. */
export interface BroadcastPair {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly result: readonly number[];
}

/** Shapes that broadcast, and the shape that they broadcast to. */
export interface BroadcastShapes {
  readonly shapes: readonly (readonly number[])[];
  readonly result: readonly number[];
}

/**
 * {@link broadcastShapes} of any number of operands: for each axis one size, that an operand has, or has 1 for, or lacks when it leads.
 *
 * @param count - how many operands.
 * @param options.maxRank - @defaultValue 4
 * @param options.maxSize - @defaultValue 4
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { ones, where } from "deconfound";
 * import { manyBroadcastShapes } from "deconfound/testing/fast-check";
 *
 * const fits = fc.property(manyBroadcastShapes(3), ({ shapes: [a, b, c], result }) => {
 *   return where(ones(a!, { dtype: "bool" }), ones(b!), ones(c!)).shape.join() === result.join();
 * });
 * fc.assert(fits);
 * console.log("all fit"); // all fit
 * ```
 */
export function manyBroadcastShapes(
  count: number,
  options: { readonly maxRank?: number | undefined; readonly maxSize?: number | undefined } = {},
): Arbitrary<BroadcastShapes> {
  const { maxRank = 4, maxSize = 4 } = options;
  // bit k of `ones`: operand k has 1; simplest first, and never all of them
  const axis = fc.record({ n: fc.integer({ min: 1, max: maxSize }), ones: fc.nat(2 ** count - 2) });
  const drops = fc.array(fc.nat(maxRank), { minLength: count, maxLength: count });
  return fc.record({ axes: fc.array(axis, { maxLength: maxRank }), drops }).map(({ axes, drops: given }) => {
    const least = Math.min(...given); // one operand has all axes, or the result would lack them too
    const shapes = given.map((drop, k) => axes.map(({ n, ones }) => ((ones >> k) & 1 ? 1 : n)).slice(drop - least));
    const rank = Math.max(...shapes.map(({ length }) => length));
    const result = Array.from({ length: rank }, (_, i) => Math.max(...shapes.map((s) => s[s.length - rank + i] ?? 1)));
    return { shapes, result };
  });
}

/**
 * Pairs of shapes that broadcast: for each axis one size, that an operand has, or has 1 for, or lacks when it leads. Every operand
 * draws for every axis, so shrinking stays steady: to fewer axes, smaller sizes, and less broadcasting. Most pairs do broadcast.
 *
 * @param options.maxRank - @defaultValue 4
 * @param options.maxSize - @defaultValue 4
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { add, ones } from "deconfound";
 * import { broadcastShapes } from "deconfound/testing/fast-check";
 *
 * const fits = fc.property(broadcastShapes(), ({ a, b, result }) => add(ones(a), ones(b)).shape.join() === result.join());
 * fc.assert(fits);
 * console.log("all fit"); // all fit
 * ```
 */
export function broadcastShapes(
  options: { readonly maxRank?: number | undefined; readonly maxSize?: number | undefined } = {},
): Arbitrary<BroadcastPair> {
  return manyBroadcastShapes(2, options).map(({ shapes: [a, b], result }) => ({ a: a!, b: b!, result }));
}
