import { stopGradient } from "../autodiff/stop-gradient.ts";
import type { CriticTraining } from "../mi/wasserstein/update-critic.ts";
import type { Classifier } from "../nn/classifier.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { Batch, Network } from "../nn/network.ts";
import type { Training } from "../nn/supervised-step.ts";
import type { Operand } from "../tensor/ops/signatures.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { CbdOptions } from "./options.ts";

/** f_C in training, with the critic; null when λ = 0. */
export interface CleanState<P, S> extends Training<P, S> {
  readonly critic: CriticTraining | null;
}

/** What the steps of f_C and of the critic need besides state and batch. */
export interface CleanContext<P, S> {
  readonly classifier: Classifier<P, S>;
  /** f_B; nothing changes it. */
  readonly backdoored: Network<P, S>;
  readonly options: CbdOptions;
  /** `u32 (2)`. */
  readonly key: AnyTensor;
  /** Of f_C. */
  readonly lr: Operand;
  readonly criticLr: Operand;
}

/** f_B's embedding r and losses of a batch, as constants. In mode `train` the batch's statistics are used and dropped. */
export function observeBackdoored<P, S>(
  batch: Batch,
  { classifier, backdoored, options, key }: Pick<CleanContext<P, S>, "classifier" | "backdoored" | "options" | "key">,
): { r: AnyTensor; lossBackdoored: AnyTensor } {
  const train = options.backdoor.mode === "train";
  const { logits, z } = classifier.apply(backdoored.params, backdoored.stats, batch.images, { train, key });
  return stopGradient({ r: z, lossBackdoored: crossEntropy(logits, batch.labels) });
}
