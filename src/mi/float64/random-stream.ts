import { ConfigError } from "../../tensor/errors.ts";
import { captureSite } from "../../tensor/site.ts";
import { threefryBlock } from "../../tensor/threefry.ts";

/** Random numbers in float64, one after the other, the same for the same seed. */
export interface RandomStream {
  /** In (0, 1): odd multiples of 2⁻⁵³. */
  uniform(): number;
  normal(): number;
  /** An integer below `n`. */
  below(n: number): number;
}

/**
 * Threefry-2x32-20 from the key of a seed, counted from 0; normals by Box's and Muller's transform, two at a time.
 *
 * @param seed - integer, 0 … 2⁵³ − 1, as of `random.key`.
 */
export function randomStream(seed: number): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ConfigError(`seed is ${String(seed)}`, ["expects an integer, 0 … 2^53 − 1"], captureSite());
  }
  const key = [Math.floor(seed / 2 ** 32), seed % 2 ** 32] as const;
  let count = 0;
  let spare: number | undefined;
  const uniform = (): number => {
    const [high, low] = threefryBlock(key, [Math.floor(count / 2 ** 32), count % 2 ** 32]);
    count++;
    return ((high >>> 6) * 2 ** 26 + (low >>> 6) + 0.5) * 2 ** -52;
  };
  return {
    uniform,
    below: (n) => Math.floor(uniform() * n),
    normal() {
      if (spare !== undefined) {
        const kept = spare;
        spare = undefined;
        return kept;
      }
      const radius = Math.sqrt(-2 * Math.log(uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}
