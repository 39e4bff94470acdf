import { stopGradient } from "../autodiff/stop-gradient.ts";
import { sum } from "../tensor/ops/broadcast.ts";
import { add, div, log, maximum, minimum, mul, neg, pow } from "../tensor/ops/elementwise.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { CbdOptions } from "./options.ts";

const smallestSum = 1e-12; // of a batch's weights
const guard = 1e-8; // the authors' guard of 0/0

/**
 * How hard a sample is for f_B compared with f_C: w(x) = CE_B / (CE_B + CE_C + 1e-8). Poison is easy for f_B, so its share is near 0.
 *
 * @param lossBackdoored - CE(f_B(x), y), `f32 (n)`, ≥ 0. @param lossClean - CE(f_C(x), y), `f32 (n)`, ≥ 0.
 * @returns `f32 (n)`, in [0, 1].
 * Source: CBD §3, after Learning from Failure (Nam et al. 2020).
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { relativeDifficulty } from "deconfound/cbd";
 *
 * const share = await evaluateReference(relativeDifficulty(tensor([0, 3]), tensor([2, 1]))).data();
 * console.log(Array.from(share, (value) => value.toFixed(3)).join(" ")); // 0.000 0.750
 * ```
 */
export function relativeDifficulty(lossBackdoored: AnyTensor, lossClean: AnyTensor): Tensor {
  return div(lossBackdoored, add(add(lossClean, lossBackdoored), guard)) as Tensor;
}

/**
 * How suspect each sample is after training: −log w, between 0 and −log 1e-8 = 18.4. Higher is more suspect.
 *
 * @param lossBackdoored - `f32 (n)`, of f_B in evaluation mode without augmentation. @param lossClean - of f_C.
 * @returns `f32 (n)`.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { suspicionOf } from "deconfound/cbd";
 *
 * const suspicion = await evaluateReference(suspicionOf(tensor([0, 3]), tensor([2, 1]))).data();
 * console.log(Array.from(suspicion, (value) => value.toFixed(3)).join(" ")); // 18.421 0.288
 * ```
 */
export function suspicionOf(lossBackdoored: AnyTensor, lossClean: AnyTensor): Tensor {
  return neg(log(maximum(relativeDifficulty(lossBackdoored, lossClean), guard)));
}

/**
 * The weight of a sample's loss in f_C's training, from its {@link relativeDifficulty} w.
 *
 * @param lossBackdoored - CE(f_B(x), y), `f32 (n)`, ≥ 0.
 * @param lossClean - CE(f_C(x), y), `f32 (n)`, ≥ 0.
 * @param options - w ← w^exponent, then max(w, floor), then w·n/Σw (`batchMean`), then min(w, cap) unless cap is 0.
 * @returns `f32 (n)`; in [0, 1] without scaling, mean 1 with it. No gradient flows into either loss.
 *
 * Deviation: the authors divide by Σw unguarded; here a batch without any weight gets zeros, not NaN.
 * Source: CBD §3.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { cbdOptions, sampleWeights } from "deconfound/cbd";
 *
 * const weights = await evaluateReference(sampleWeights(tensor([1, 3]), tensor([3, 1]), cbdOptions().weight)).data();
 * console.log(Array.from(weights, (value) => value.toFixed(3)).join(" ")); // 0.500 1.500
 * ```
 */
export function sampleWeights(lossBackdoored: AnyTensor, lossClean: AnyTensor, options: CbdOptions["weight"]): Tensor {
  const { exponent, norm, cap, floor } = options;
  const [lossB, lossC] = [stopGradient(lossBackdoored), stopGradient(lossClean)];
  let w = relativeDifficulty(lossB, lossC);
  if (exponent !== 1) w = pow(w, exponent);
  if (floor > 0) w = maximum(w, floor);
  if (norm === "batchMean") w = mul(w, div(w.shape[0]!, maximum(sum(w), smallestSum)));
  return cap === 0 ? w : minimum(w, cap);
}
