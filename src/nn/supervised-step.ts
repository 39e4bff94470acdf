import { valueAndGrad } from "../autodiff/grad.ts";
import { mean } from "../tensor/ops/mean.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Classifier } from "./classifier.ts";
import type { Batch, Network } from "./network.ts";
import type { SgdOptions, SgdState } from "./sgd.ts";
import { sgd } from "./sgd.ts";

/** A network in training. */
export interface Training<P, S> extends Network<P, S> {
  readonly optimizer: SgdState;
}

/** What {@link supervisedStep} needs besides state and batch. */
export interface SupervisedContext<P, S> {
  readonly classifier: Classifier<P, S>;
  readonly optimizer: SgdOptions;
  /** Loss of each sample, `f32 (n)`, from `logits f32 (n, k)` and `labels i32 (n)`. */
  readonly loss: (logits: AnyTensor, labels: AnyTensor) => AnyTensor;
  /** `u32 (2)`, of the classifier's own randomness. */
  readonly key: AnyTensor;
  /** Learning rate. */
  readonly lr: Operand;
}

/** A network before its first step: velocity zero. */
export function beginTraining<P extends object, S>(network: Network<P, S>, optimizer: SgdOptions): Training<P, S> {
  return { params: network.params, stats: network.stats, optimizer: sgd(optimizer).init(network.params) };
}

/**
 * One SGD step on the samples as they are.
 *
 * @returns the next state, and the mean loss of the batch before the step.
 */
export function supervisedStep<P extends object, S>(
  state: Training<P, S>,
  batch: Batch,
  { classifier, optimizer, loss, key, lr }: SupervisedContext<P, S>,
): { state: Training<P, S>; metrics: { loss: AnyTensor } } {
  const objective = (params: P): { value: AnyTensor; aux: S } => {
    const { logits, stats } = classifier.apply(params, state.stats, batch.images, { train: true, key });
    return { value: mean(loss(logits, batch.labels)), aux: stats };
  };
  const { value, gradient, aux: stats } = valueAndGrad(objective, { hasAux: true })(state.params);
  const next = sgd(optimizer).update(gradient, state.optimizer, state.params, { lr });
  return { state: { params: next.params, stats, optimizer: next.state }, metrics: { loss: value } };
}
