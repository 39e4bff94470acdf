import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import * as random from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * Keys of random numbers, as `random.key(seed)`. Shrinks to seed 0.
 *
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { evaluateReference, random, sum } from "deconfound";
 * import { key } from "deconfound/testing/fast-check";
 *
 * const repeats = fc.asyncProperty(key(), async (k) => {
 *   const draw = (): Promise<number> => evaluateReference(sum(random.normal(k, [4]))).item();
 *   return (await draw()) === (await draw());
 * });
 * await fc.assert(repeats, { numRuns: 20 });
 * console.log("equal keys, equal numbers"); // equal keys, equal numbers
 * ```
 */
export function key(): Arbitrary<Tensor<readonly [2], "u32">> {
  return fc
    .nat()
    .map((seed) => Object.defineProperty(random.key(seed), fc.toStringMethod, { value: () => `random.key(${seed})` }));
}
