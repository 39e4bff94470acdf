import { updateCritic } from "../mi/wasserstein/update-critic.ts";
import type { Batch } from "../nn/network.ts";
import { split } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { CleanContext, CleanState } from "./state.ts";
import { observeBackdoored } from "./state.ts";

/**
 * A critic step with a forward pass of its own (two-pass schedule). f_C runs in training mode, so its running statistics
 * move, as in the authors' code; its parameters do not.
 */
export function discriminatorStep<P extends object, S>(
  state: CleanState<P, S>,
  batch: Batch,
  context: CleanContext<P, S>,
): { state: CleanState<P, S>; metrics: Record<string, never> } {
  const { classifier, options, key, criticLr } = context;
  const [forward, update] = split(key, 2) as [AnyTensor, AnyTensor];
  const { z, stats } = classifier.apply(state.params, state.stats, batch.images, { train: true, key: forward });
  const { r } = observeBackdoored(batch, { ...context, key: forward });
  const critic = updateCritic(state.critic!, r, z, { options: options.critic, key: update, lr: criticLr });
  return { state: { ...state, stats, critic }, metrics: {} };
}
