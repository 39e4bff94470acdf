import { threefryBlock } from "../tensor/threefry.ts";

/** Host-side random numbers of one item, for making data. The same on every machine. */
export interface RandomStream {
  /** 32 random bits. */
  bits(): number;
  /** Uniform in [from, to). */
  uniform(from: number, to: number): number;
}

/** The stream number `item` of a key: Threefry blocks at counters (item, 0), (item, 1), … */
export function randomStream(key: readonly [number, number], item: number): RandomStream {
  let block = 0;
  let spare: number | undefined;
  const bits = (): number => {
    if (spare !== undefined) {
      const word = spare;
      spare = undefined;
      return word;
    }
    const [first, second] = threefryBlock(key, [item, block++]);
    spare = second;
    return first;
  };
  return { bits, uniform: (from, to) => from + ((to - from) * bits()) / 2 ** 32 };
}
