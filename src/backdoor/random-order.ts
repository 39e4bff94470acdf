import { threefryBlock } from "../tensor/threefry.ts";

/**
 * A random permutation of 0 … count − 1 on the host: sorted by the first word of threefry(key, (i, 0)), ties by index.
 *
 * @param key - two u32 words.
 */
export function randomOrder(key: readonly [number, number], count: number): Int32Array {
  const words = Float64Array.from({ length: count }, (_, i) => threefryBlock(key, [i, 0])[0] * 2 ** 21 + i);
  return Int32Array.from(words.sort(), (word) => word % 2 ** 21);
}
