import type { Batch } from "../nn/network.ts";
import { foldIn, split } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { observeBackdoored } from "./observe-backdoored.ts";
import type { CleanContext, CleanState } from "./state.ts";

/**
 * A critic step with a forward pass of its own (two-pass schedule). f_C runs in training mode, so its running statistics
 * move, as in the authors' code; its parameters do not.
 *
 * @example
 * ```ts
 * import { random, tensor, zeros } from "deconfound";
 * import { beginClean, cbdOptions, criticStep } from "deconfound/cbd";
 * import { wasserstein } from "deconfound/mi";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const classifier = smallConvNet({ channels: 1, classes: 2, width: 2 });
 * const [key, backdoored] = [random.key(0), classifier.init(random.key(1))];
 * const settings = { classifier, backdoored, estimator: wasserstein, optimizer: {}, options: cbdOptions() };
 * const state = beginClean(classifier.init(key), settings, { features: { r: 8, z: 8 }, key });
 * const batch = { images: zeros([2, 4, 4, 1]), labels: tensor([0, 1], { dtype: "i32" }) };
 * const next = criticStep(state, batch, { ...settings, key, lr: 0.1, criticLr: 0.001 }).state;
 * console.log(next.params === state.params, next.critic === state.critic); // true false
 * ```
 */
export function criticStep<P extends object, S>(
  state: CleanState<P, S>,
  batch: Batch,
  context: CleanContext<P, S>,
): { state: CleanState<P, S>; metrics: Record<string, never> } {
  const { classifier, estimator, options, key, criticLr: lr } = context;
  const [forward, update] = split(key, 2) as [AnyTensor, AnyTensor];
  const { z, stats } = classifier.apply(state.params, state.stats, batch.images, { train: true, key: forward });
  const { r } = observeBackdoored(batch, { ...context, key: forward });
  const critic = estimator.update(state.critic!, r, z, { key: update, lr }, options.critic);
  return { state: { ...state, stats, critic }, metrics: {} };
}

/** The critic's steps on one batch, with fresh dropout and shuffles for each. */
export function updateRepeatedly(
  critic: object,
  r: AnyTensor,
  z: AnyTensor,
  {
    estimator,
    options,
    criticLr: lr,
    key,
  }: Pick<CleanContext<unknown, unknown>, "estimator" | "options" | "criticLr" | "key">,
): object {
  let next = critic;
  for (let i = 0; i < options.critic.steps; i++) {
    next = estimator.update(next, r, z, { key: foldIn(key, i), lr }, options.critic);
  }
  return next;
}
