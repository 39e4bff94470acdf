import type { Dataset } from "../data/dataset.ts";
import type { Classifier } from "../nn/classifier.ts";
import { flopsOf } from "../tensor/flops.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { key } from "../tensor/random.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { trace } from "../tensor/trace.ts";
import { flattenTree } from "../tensor/tree.ts";
import { evaluationMode } from "./evaluation-mode.ts";
import { usualBatch } from "./observe.ts";

/**
 * Floating-point operations of one forward pass of a classifier over all images of a set, in evaluation mode: what costs of defences
 * are measured in. Nothing is computed.
 */
export function forwardFlops<P, S>(
  classifier: Classifier<P, S>,
  { count, height, width, channels }: Pick<Dataset, "count" | "height" | "width" | "channels">,
): number {
  const { params, stats } = classifier.init(key(0));
  const images = zeros([usualBatch, height, width, channels]);
  const forward = (p: P, s: S, x: AnyTensor): AnyTensor => classifier.apply(p, s, x, evaluationMode).logits;
  return (flopsOf(flattenTree(trace(forward, [params, stats, images]).result)) * count) / usualBatch;
}
