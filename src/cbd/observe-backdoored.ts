import { stopGradient } from "../autodiff/stop-gradient.ts";
import type { Classifier } from "../nn/classifier.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { Batch } from "../nn/network.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { CleanContext } from "./state.ts";

/** f_B's embedding r and losses of a batch, as constants. In mode `train` the batch's statistics are used and dropped. */
export function observeBackdoored<P, S>(
  batch: Batch,
  context: Pick<CleanContext<P, S>, "classifier" | "backdoored" | "backdooredBy" | "options" | "key">,
): { r: AnyTensor; lossBackdoored: AnyTensor } {
  const { backdoored, options, key } = context;
  const { apply } = (context.backdooredBy ?? context.classifier) as Classifier<unknown, unknown>;
  const train = options.backdoor.mode === "train";
  const { logits, z } = apply(backdoored.params, backdoored.stats, batch.images, { train, key });
  return stopGradient({ r: z, lossBackdoored: crossEntropy(logits, batch.labels) });
}
