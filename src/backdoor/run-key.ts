import type { AnyTensor } from "../tensor/tensor.ts";
import { tensor } from "../tensor/tensor.ts";
import { threefryBlock } from "../tensor/threefry.ts";

/** What a run draws random numbers for; each has its own streams. */
const purposes = { initial: 0, order: 1, step: 2 } as const;

/**
 * Two key words for one use of a run's seed, on the host: Threefry folded along the path. A resumed run asks with the same
 * path and so draws the same.
 *
 * @param path - phase, epoch, pass, step: as far as the use is of one of them.
 */
export function runWords(seed: number, purpose: keyof typeof purposes, path: readonly number[]): [number, number] {
  return path.reduce<[number, number]>((words, at) => threefryBlock(words, [at, 0]), [seed >>> 0, purposes[purpose]]);
}

/** {@link runWords} as a `u32 (2)` key. */
export function runKey(seed: number, purpose: keyof typeof purposes, path: readonly number[]): AnyTensor {
  return tensor(Uint32Array.from(runWords(seed, purpose, path)));
}
