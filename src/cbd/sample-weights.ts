import { stopGradient } from "../autodiff/stop-gradient.ts";
import { sum } from "../tensor/ops/broadcast.ts";
import { add, div, maximum, minimum, mul, pow } from "../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { CbdOptions } from "./options.ts";

/**
 * How hard a sample is for f_B compared with f_C: w(x) = CE_B / (CE_B + CE_C), the weight of its loss in f_C's training.
 * Poison is easy for f_B, so its weight is near 0.
 *
 * @param lossBackdoored - CE(f_B(x), y), `f32 (n)`, ≥ 0.
 * @param lossClean - CE(f_C(x), y), `f32 (n)`, ≥ 0.
 * @param options - w ← w^exponent, then max(w, floor), then w·n/Σw (`batchMean`), then min(w, cap).
 * @returns `f32 (n)`; in [0, 1] without scaling, mean 1 with it. No gradient flows into either loss.
 *
 * Deviation: the authors divide by Σw unguarded; here a batch without any weight gets zeros, not NaN.
 * Source: CBD §3, after Learning from Failure (Nam et al. 2020).
 */
export function sampleWeights(
  lossBackdoored: AnyTensor,
  lossClean: AnyTensor,
  options: CbdOptions["weight"],
): AnyTensor {
  const { exponent, norm, cap, floor } = options;
  const [lossB, lossC] = [stopGradient(lossBackdoored), stopGradient(lossClean)];
  let w: AnyTensor = div(lossB, add(add(lossC, lossB), 1e-8)); // 1e-8: the authors' guard of 0/0
  if (exponent !== 1) w = pow(w, exponent);
  if (floor > 0) w = maximum(w, floor);
  if (norm === "batchMean") w = mul(w, div(w.shape[0]!, maximum(sum(w), 1e-12)));
  return cap === Number.POSITIVE_INFINITY ? w : minimum(w, cap);
}
