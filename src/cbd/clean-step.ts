import { valueAndGrad } from "../autodiff/grad.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { Batch } from "../nn/network.ts";
import { sgd } from "../nn/sgd.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { add, mul } from "../tensor/ops/elementwise.ts";
import { mean } from "../tensor/ops/mean.ts";
import { split } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { updateRepeatedly } from "./critic-step.ts";
import { cleanLoss } from "./losses.ts";
import { observeBackdoored } from "./observe-backdoored.ts";
import { sampleWeights } from "./sample-weights.ts";
import type { CleanContext, CleanMetrics, CleanState } from "./state.ts";

/**
 * One SGD step of f_C: mean of w·CE + β·½‖z‖², plus λ times the estimate of I(Z;R). The critic stands still. w are the batch's
 * weights where it has some, else the relative difficulty; see {@link sampleWeights}.
 *
 * @example
 * ```ts
 * import { evaluateReference, random, tensor, zeros } from "deconfound";
 * import { beginClean, cbdOptions, cleanStep } from "deconfound/cbd";
 * import { wasserstein } from "deconfound/mi";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const classifier = smallConvNet({ channels: 1, classes: 2, width: 2 });
 * const [key, backdoored] = [random.key(0), classifier.init(random.key(1))];
 * const settings = { classifier, backdoored, estimator: wasserstein, optimizer: {}, options: cbdOptions() };
 * const state = beginClean(classifier.init(key), settings, { features: { r: 8, z: 8 }, key });
 * const batch = { images: zeros([2, 4, 4, 1]), labels: tensor([0, 1], { dtype: "i32" }) };
 * const { metrics } = cleanStep(state, batch, { ...settings, key, lr: 0.1, criticLr: 0.001 });
 * console.log((await evaluateReference(metrics.lossClean).item()).toFixed(3)); // 0.693
 * ```
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
 * work per sample instead of the 6 of two passes.
 *
 * @example
 * ```ts
 * import { evaluateReference, random, tensor, zeros } from "deconfound";
 * import { beginClean, cbdOptions, fusedStep } from "deconfound/cbd";
 * import { wasserstein } from "deconfound/mi";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const classifier = smallConvNet({ channels: 1, classes: 2, width: 2 });
 * const [key, backdoored] = [random.key(0), classifier.init(random.key(1))];
 * const settings = { classifier, backdoored, estimator: wasserstein, optimizer: {}, options: cbdOptions() };
 * const state = beginClean(classifier.init(key), settings, { features: { r: 8, z: 8 }, key });
 * const batch = { images: zeros([2, 4, 4, 1]), labels: tensor([0, 1], { dtype: "i32" }) };
 * const { metrics } = fusedStep(state, batch, { ...settings, key, lr: 0.1, criticLr: 0.001 });
 * console.log((await evaluateReference(metrics.lossBackdoored).item()).toFixed(3)); // 0.693
 * ```
 */
export function fusedStep<P extends object, S>(
  state: CleanState<P, S>,
  batch: Batch,
  context: CleanContext<P, S>,
): { state: CleanState<P, S>; metrics: CleanMetrics } {
  return stepClean(state, batch, context, (critic, r, z, key) => updateRepeatedly(critic, r, z, { ...context, key }));
}

type CriticUpdate = (critic: object, r: AnyTensor, z: AnyTensor, key: AnyTensor) => object;

/** What the forward pass of a step found, besides the loss. */
interface Seen<S> {
  readonly stats: S;
  readonly critic: object | null;
  readonly metrics: Omit<CleanMetrics, "loss">;
}

function stepClean<P extends object, S>(
  state: CleanState<P, S>,
  batch: Batch,
  context: CleanContext<P, S>,
  update: CriticUpdate,
): { state: CleanState<P, S>; metrics: CleanMetrics } {
  const { classifier, estimator, optimizer, options, lr } = context;
  const [forward, train, estimate] = split(context.key, 3) as [AnyTensor, AnyTensor, AnyTensor];
  const { r, lossBackdoored } = observeBackdoored(batch, { ...context, key: forward });
  const objective = (params: P): { value: AnyTensor; aux: Seen<S> } => {
    const { logits, z, stats } = classifier.apply(params, state.stats, batch.images, { train: true, key: forward });
    const lossClean = crossEntropy(logits, batch.labels);
    const weights = batch.weights ?? sampleWeights(lossBackdoored, lossClean, options.weight);
    const reweighted = mean(cleanLoss(lossClean, weights, z, options.beta));
    const metrics = { lossClean: mean(lossClean), lossBackdoored: mean(lossBackdoored), dependence: zeros([]) };
    if (state.critic === null) return { value: reweighted, aux: { stats, critic: null, metrics } };
    const critic = update(state.critic, r, z, train); // sees z as a constant: no gradient reaches f_C through its weights
    const dependence = mean(estimator.estimate(critic, r, z, estimate, options.critic));
    const value = add(reweighted, mul(dependence, options.lambda));
    return { value, aux: { stats, critic, metrics: { ...metrics, dependence } } };
  };
  const { value, gradient, aux } = valueAndGrad(objective, { hasAux: true })(state.params);
  const next = sgd(optimizer).update(gradient, state.optimizer, state.params, { lr });
  return {
    state: { params: next.params, stats: aux.stats, optimizer: next.state, critic: aux.critic },
    metrics: { loss: value, ...aux.metrics },
  };
}
