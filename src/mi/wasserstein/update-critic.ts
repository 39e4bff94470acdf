import { grad } from "../../autodiff/grad.ts";
import { stopGradient } from "../../autodiff/stop-gradient.ts";
import { discriminatorLoss } from "../../cbd/losses.ts";
import type { CbdOptions } from "../../cbd/options.ts";
import type { AdamState } from "../../nn/adam.ts";
import { adam } from "../../nn/adam.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Operand } from "../../tensor/ops/signatures.ts";
import { foldIn } from "../../tensor/random.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { CriticParams, CriticState } from "./critic.ts";
import { spectralNormalize } from "./spectral-normalize.ts";

/** The critic in training. */
export interface CriticTraining extends CriticState {
  readonly optimizer: AdamState;
}

/**
 * One Adam step of the critic on embeddings that are constants to it, then the spectral normalisation.
 *
 * @param r - `f32 (n, h)`, f_B's embeddings. @param z - `f32 (n, h)`, f_C's.
 * @param key - `u32 (2)`.
 */
export function updateCritic(
  critic: CriticTraining,
  r: AnyTensor,
  z: AnyTensor,
  { options, key, lr }: { readonly options: CbdOptions["critic"]; readonly key: AnyTensor; readonly lr: Operand },
): CriticTraining {
  const [fixedR, fixedZ] = [stopGradient(r), stopGradient(z)];
  const gradient = grad((params: CriticParams) => mean(discriminatorLoss(params, fixedR, fixedZ, key, options)))(
    critic.params,
  );
  const { params, state: optimizer } = adam().update(gradient, critic.optimizer, critic.params, { lr });
  return { ...spectralNormalize({ params, spectral: critic.spectral }, options.normalize), optimizer };
}

/** {@link updateCritic} as often as the options say, on the same embeddings with fresh dropout and shuffles. */
export function updateCriticRepeatedly(
  critic: CriticTraining,
  r: AnyTensor,
  z: AnyTensor,
  context: { readonly options: CbdOptions["critic"]; readonly key: AnyTensor; readonly lr: Operand },
): CriticTraining {
  let next = critic;
  for (let i = 0; i < context.options.steps; i++) {
    next = updateCritic(next, r, z, { ...context, key: foldIn(context.key, i) });
  }
  return next;
}
