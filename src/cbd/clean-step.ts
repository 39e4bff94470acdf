import { valueAndGrad } from "../autodiff/grad.ts";
import type { CriticTraining } from "../mi/wasserstein/update-critic.ts";
import { updateCriticRepeatedly } from "../mi/wasserstein/update-critic.ts";
import { adversarialMutualInformation } from "../mi/wasserstein/wasserstein.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { Batch } from "../nn/network.ts";
import { sgd } from "../nn/sgd.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { add, mul } from "../tensor/ops/elementwise.ts";
import { mean } from "../tensor/ops/mean.ts";
import { split } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { cleanLoss } from "./losses.ts";
import { sampleWeights } from "./sample-weights.ts";
import type { CleanContext, CleanState } from "./state.ts";
import { observeBackdoored } from "./state.ts";

/** Means over the batch, before the step. */
export interface CleanMetrics {
  /** The whole objective. */
  readonly loss: AnyTensor;
  readonly lossClean: AnyTensor;
  readonly lossBackdoored: AnyTensor;
  /** The critic's estimate of I(Z;R); 0 without a critic. */
  readonly dependence: AnyTensor;
}

/**
 * One SGD step of f_C: mean of w·CE + β·½‖z‖², plus λ times the critic's estimate of I(Z;R). The critic stands still.
 */
export function cleanStep<P extends object, S>(
  state: CleanState<P, S>,
  batch: Batch,
  context: CleanContext<P, S>,
): { state: CleanState<P, S>; metrics: CleanMetrics } {
  return stepClean(state, batch, context, (critic) => critic);
}

/**
 * The critic's steps and then f_C's on the same batch, from one forward pass of f_C and of f_B: 4 forward passes' worth of
 * work a sample instead of the 6 of two passes.
 */
export function fusedStep<P extends object, S>(
  state: CleanState<P, S>,
  batch: Batch,
  context: CleanContext<P, S>,
): { state: CleanState<P, S>; metrics: CleanMetrics } {
  const { options, criticLr } = context;
  return stepClean(state, batch, context, (critic, r, z, key) =>
    updateCriticRepeatedly(critic, r, z, { options: options.critic, key, lr: criticLr }),
  );
}

type CriticUpdate = (critic: CriticTraining, r: AnyTensor, z: AnyTensor, key: AnyTensor) => CriticTraining;

/** What the forward pass of a step found, besides the loss. */
interface Seen<S> {
  readonly stats: S;
  readonly critic: CriticTraining | null;
  readonly metrics: Omit<CleanMetrics, "loss">;
}

function stepClean<P extends object, S>(
  state: CleanState<P, S>,
  batch: Batch,
  context: CleanContext<P, S>,
  update: CriticUpdate,
): { state: CleanState<P, S>; metrics: CleanMetrics } {
  const { classifier, options, lr } = context;
  const [forward, train, estimate] = split(context.key, 3) as [AnyTensor, AnyTensor, AnyTensor];
  const { r, lossBackdoored } = observeBackdoored(batch, { ...context, key: forward });
  const objective = (params: P): { value: AnyTensor; aux: Seen<S> } => {
    const { logits, z, stats } = classifier.apply(params, state.stats, batch.images, { train: true, key: forward });
    const lossClean = crossEntropy(logits, batch.labels);
    const weights = sampleWeights(lossBackdoored, lossClean, options.weight);
    const reweighted = mean(cleanLoss(lossClean, weights, z, options.beta));
    const metrics = { lossClean: mean(lossClean), lossBackdoored: mean(lossBackdoored), dependence: zeros([]) };
    if (state.critic === null) return { value: reweighted, aux: { stats, critic: null, metrics } };
    const critic = update(state.critic, r, z, train); // sees z as a constant: no gradient reaches f_C through its weights
    const dependence = mean(adversarialMutualInformation(critic.params, r, z, estimate, options.critic));
    const value = add(reweighted, mul(dependence, options.lambda));
    return { value, aux: { stats, critic, metrics: { ...metrics, dependence } } };
  };
  const { value, gradient, aux } = valueAndGrad(objective, { hasAux: true })(state.params);
  const next = sgd(options.optimizer).update(gradient, state.optimizer, state.params, { lr });
  return {
    state: { params: next.params, stats: aux.stats, optimizer: next.state, critic: aux.critic },
    metrics: { loss: value, ...aux.metrics },
  };
}
