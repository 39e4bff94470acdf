import type { NumericArray } from "../tensor/dtype.ts";
import type { MaybeMotion } from "./motion.ts";

/** An inner product, Σ of its terms' sizes, and how far rounding may have put it off. */
export interface Projection {
  readonly value: number;
  readonly size: number;
  readonly doubt: number;
}

/** Σ ⟨motion, weights⟩; null is zero. What does not move counts nothing, even under an infinite weight. */
export function project(motions: readonly MaybeMotion[], weights: readonly (NumericArray | null)[]): Projection {
  const sum = { value: 0, size: 0, doubt: 0 };
  motions.forEach((motion, k) => {
    const weight = weights[k];
    if (motion === null || weight == null) return;
    motion.tangent.forEach((x, i) => {
      if (x === 0 && motion.doubt[i] === 0) return;
      sum.value += x * weight[i]!;
      sum.size += Math.abs(x * weight[i]!);
      sum.doubt += motion.doubt[i]! * Math.abs(weight[i]!);
    });
  });
  return sum;
}
