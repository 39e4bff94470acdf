import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";

/** Two shapes that broadcast, and the shape that they broadcast to. */
export interface BroadcastPair {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly result: readonly number[];
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
  const { maxRank = 4, maxSize = 4 } = options;
  // 0: both have the size, 1: `a` has 1, 2: `b` has 1; simplest first
  const axis = fc.record({ n: fc.integer({ min: 1, max: maxSize }), who: fc.nat(2) });
  return fc
    .record({ axes: fc.array(axis, { maxLength: maxRank }), dropA: fc.nat(maxRank), dropB: fc.nat(maxRank) })
    .map(({ axes, dropA, dropB }) => {
      const of = (ones: number, drop: number): number[] => axes.map(({ n, who }) => (who === ones ? 1 : n)).slice(drop);
      // only one of them lacks leading axes, or the result would too
      const [a, b] = dropA > dropB ? [of(1, dropA - dropB), of(2, 0)] : [of(1, 0), of(2, dropB - dropA)];
      const rank = Math.max(a.length, b.length);
      const at = (s: readonly number[], k: number): number => s[s.length - rank + k] ?? 1;
      const result = Array.from({ length: rank }, (_, k) => (at(a, k) === 1 ? at(b, k) : at(a, k)));
      return { a, b, result };
    });
}
