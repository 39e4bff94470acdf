import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";

export interface ShapeOptions {
  /** @defaultValue 0 */
  readonly minRank?: number | undefined;
  /** @defaultValue 4 */
  readonly maxRank?: number | undefined;
  /** Smallest size of an axis; 0 lets empty tensors in. @defaultValue 1 */
  readonly minSize?: number | undefined;
  /** @defaultValue 5 */
  readonly maxSize?: number | undefined;
}

/**
 * Shapes. Shrinks to fewer axes, then to smaller ones.
 *
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { shape } from "deconfound/testing/fast-check";
 *
 * const { counterexample } = fc.check(fc.property(shape(), (sizes) => sizes.length < 2));
 * console.log(JSON.stringify(counterexample)); // [[1,1]]
 * ```
 */
export function shape(options: ShapeOptions = {}): Arbitrary<number[]> {
  const { minRank = 0, maxRank = 4, minSize = 1, maxSize = 5 } = options;
  return fc.array(fc.integer({ min: minSize, max: maxSize }), { minLength: minRank, maxLength: maxRank });
}
