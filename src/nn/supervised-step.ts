import { valueAndGrad } from "../autodiff/grad.ts";
import { backdooredLoss } from "../cbd/losses.ts";
import type { CbdOptions } from "../cbd/options.ts";
import { mean } from "../tensor/ops/mean.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Classifier } from "./classifier.ts";
import type { Batch, Network } from "./network.ts";
import type { SgdState } from "./sgd.ts";
import { sgd } from "./sgd.ts";

/** A network in training. */
export interface Training<P, S> extends Network<P, S> {
  readonly optimizer: SgdState;
}

/** What {@link backdooredStep} needs besides state and batch. */
export interface BackdooredContext<P, S> {
  readonly classifier: Classifier<P, S>;
  readonly optimizer: CbdOptions["optimizer"];
  readonly loss: Pick<CbdOptions["backdoor"], "loss" | "q">;
  /** `u32 (2)`, of the classifier's own randomness. */
  readonly key: AnyTensor;
  readonly lr: Operand;
}

/**
 * One SGD step on the samples as they are: f_B's training, and, with cross entropy, training without a defence.
 *
 * @returns the next state, and the mean loss of the batch before the step.
 */
export function backdooredStep<P extends object, S>(
  state: Training<P, S>,
  batch: Batch,
  { classifier, optimizer, loss, key, lr }: BackdooredContext<P, S>,
): { state: Training<P, S>; metrics: { loss: AnyTensor } } {
  const objective = (params: P): { value: AnyTensor; aux: S } => {
    const { logits, stats } = classifier.apply(params, state.stats, batch.images, { train: true, key });
    return { value: mean(backdooredLoss(logits, batch.labels, loss)), aux: stats };
  };
  const { value, gradient, aux: stats } = valueAndGrad(objective, { hasAux: true })(state.params);
  const next = sgd(optimizer).update(gradient, state.optimizer, state.params, { lr });
  return { state: { params: next.params, stats, optimizer: next.state }, metrics: { loss: value } };
}
