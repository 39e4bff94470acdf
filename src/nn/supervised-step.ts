import { valueAndGrad } from "../autodiff/grad.ts";
import { mul } from "../tensor/ops/elementwise.ts";
import { mean } from "../tensor/ops/mean.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Classifier } from "./classifier.ts";
import type { Batch, Network } from "./network.ts";
import type { Optimizer } from "./optimizer.ts";
import type { SgdState } from "./sgd.ts";

/** A network in training; `O` is the optimizer's state. */
export interface Training<P, S, O = SgdState> extends Network<P, S> {
  readonly optimizer: O;
}

/** What {@link supervisedStep} needs besides state and batch. */
export interface SupervisedContext<P, S, O> {
  readonly classifier: Classifier<P, S>;
  readonly optimizer: Optimizer<O>;
  /** Loss of each sample, `f32 (n)`, or of the whole batch, `f32 ()`, from `logits f32 (n, k)` and `labels i32 (n)`. */
  readonly loss: (logits: AnyTensor, labels: AnyTensor) => AnyTensor;
  /** `u32 (2)`, of the classifier's own randomness. */
  readonly key: AnyTensor;
  /** Learning rate. */
  readonly lr: Operand;
}

/**
 * A network before its first step.
 *
 * @example
 * ```ts
 * import { evaluateReference, flattenTree, tensor } from "deconfound";
 * import { beginTraining, sgd } from "deconfound/nn";
 *
 * const training = beginTraining({ params: { w: tensor([1, 2]) }, stats: {} }, sgd({ momentum: 0.9 }));
 * const [velocity] = flattenTree(evaluateReference(training.optimizer));
 * console.log(String(await velocity?.data())); // 0,0
 * ```
 */
export function beginTraining<P extends object, S, O>(
  network: Network<P, S>,
  optimizer: Optimizer<O>,
): Training<P, S, O> {
  return { params: network.params, stats: network.stats, optimizer: optimizer.init(network.params) };
}

/**
 * One step of an optimizer on the samples as they are; where the batch has weights, on the mean of weight times loss.
 *
 * @returns the next state, and the mean loss of the batch before the step.
 * @example
 * ```ts
 * import { evaluateReference, random, tensor, zeros } from "deconfound";
 * import { beginTraining, crossEntropy, sgd, smallConvNet, supervisedStep } from "deconfound/nn";
 *
 * const classifier = smallConvNet({ channels: 1, classes: 2, width: 2 });
 * const [key, optimizer] = [random.key(0), sgd({ momentum: 0.9 })];
 * const training = beginTraining(classifier.init(key), optimizer);
 * const batch = { images: zeros([2, 4, 4, 1]), labels: tensor([0, 1], { dtype: "i32" }) };
 * const { metrics } = supervisedStep(training, batch, { classifier, optimizer, loss: crossEntropy, key, lr: 0.1 });
 * console.log((await evaluateReference(metrics.loss).item()).toFixed(3)); // 0.693
 * ```
 */
export function supervisedStep<P extends object, S, O>(
  state: Training<P, S, O>,
  batch: Batch,
  { classifier, optimizer, loss, key, lr }: SupervisedContext<P, S, O>,
): { state: Training<P, S, O>; metrics: { loss: AnyTensor } } {
  const objective = (params: P): { value: AnyTensor; aux: S } => {
    const { logits, stats } = classifier.apply(params, state.stats, batch.images, { train: true, key });
    const losses = loss(logits, batch.labels);
    const { weights } = batch;
    return { value: mean(weights === undefined ? losses : mul(weights, losses)), aux: stats };
  };
  const { value, gradient, aux: stats } = valueAndGrad(objective, { hasAux: true })(state.params);
  const next = optimizer.update(gradient, state.optimizer, state.params, { lr });
  return { state: { params: next.params, stats, optimizer: next.state }, metrics: { loss: value } };
}
