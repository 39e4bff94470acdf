import { grad } from "../../autodiff/grad.ts";
import { stopGradient } from "../../autodiff/stop-gradient.ts";
import type { AdamState } from "../../nn/adam.ts";
import { adam } from "../../nn/adam.ts";
import { neg } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { Operand } from "../../tensor/ops/signatures.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { CriticParams, CriticState } from "./critic.ts";
import type { WassersteinOptions } from "./options.ts";
import { spectralNormalize } from "./spectral-normalize.ts";
import { wassersteinTerms } from "./wasserstein-terms.ts";

/** The critic in training. */
export interface CriticTraining extends CriticState {
  readonly optimizer: AdamState;
}

/**
 * One Adam step of the critic that makes the estimate as large as it can, on embeddings that are constants to it; then the
 * spectral normalisation.
 *
 * @param r - `f32 (n, h)`. @param z - `f32 (n, h)`.
 * @param key - `u32 (2)`.
 * @example
 * ```ts
 * import { evaluateReference, mean, random, sub } from "deconfound";
 * import { updateCritic, wasserstein, wassersteinTerms } from "deconfound/mi";
 *
 * const options = { width: 8, dropout: 0, normalize: "sigma", shuffle: "roll" } as const;
 * const [key, r] = [random.key(0), random.normal(random.key(1), [16, 4])];
 * const critic = wasserstein.init(key, { r: 4, z: 4 }, options);
 * const next = updateCritic(critic, r, r, { options, key, lr: 0.01 });
 * const [before, after] = [critic, next].map(({ params }) => mean(wassersteinTerms(params, r, r, key, options)));
 * console.log((await evaluateReference(sub(after!, before!)).item()) > 0); // true
 * ```
 */
export function updateCritic(
  critic: CriticTraining,
  r: AnyTensor,
  z: AnyTensor,
  { options, key, lr }: { readonly options: WassersteinOptions; readonly key: AnyTensor; readonly lr: Operand },
): CriticTraining {
  const [fixedR, fixedZ] = [stopGradient(r), stopGradient(z)];
  const gradient = grad((params: CriticParams) => mean(neg(wassersteinTerms(params, fixedR, fixedZ, key, options))))(
    critic.params,
  );
  const { params, state: optimizer } = adam().update(gradient, critic.optimizer, critic.params, { lr });
  return { ...spectralNormalize({ params, spectral: critic.spectral }, options.normalize), optimizer };
}
