/** By how many bits each of eight rounds in turn rotates. */
export const rotations: readonly number[] = [13, 15, 26, 6, 17, 29, 16, 24];

/**
 * Threefry-2x32 with 20 rounds: one block of a counter-based generator, exactly as Random123 defines it.
 *
 * @param key - two u32 words.
 * @param counter - two u32 words.
 * @returns two u32 words.
 * Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011).
 */
export function threefryBlock(key: readonly [number, number], counter: readonly [number, number]): [number, number] {
  const schedule = [key[0], key[1], key[0] ^ key[1] ^ 0x1bd11bda];
  let a = (counter[0] + schedule[0]!) >>> 0;
  let b = (counter[1] + schedule[1]!) >>> 0;
  for (let round = 0; round < 20; round++) {
    const turn = rotations[round % 8]!;
    a = (a + b) >>> 0;
    b = ((b << turn) | (b >>> (32 - turn))) ^ a;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      a = (a + schedule[injection % 3]!) >>> 0;
      b = (b + schedule[(injection + 1) % 3]! + injection) >>> 0;
    }
  }
  return [a >>> 0, b >>> 0];
}
