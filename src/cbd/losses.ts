import { crossEntropy, generalizedCrossEntropy } from "../nn/losses.ts";
import { add, mul } from "../tensor/ops/elementwise.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { informationBottleneck } from "./information-bottleneck.ts";
import type { CbdOptions } from "./options.ts";

/**
 * What f_B is trained on: the loss of each sample as it stands, poison and all.
 *
 * @param logits - `f32 (n, classes)`. @param labels - `i32 (n)`.
 * @returns `f32 (n)`.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { backdooredLoss, cbdOptions } from "deconfound/cbd";
 *
 * const losses = backdooredLoss(tensor([[0, 0]]), tensor([1], { dtype: "i32" }), cbdOptions().backdoor);
 * console.log((await evaluateReference(losses).item()).toFixed(3)); // 0.693
 * ```
 */
export function backdooredLoss(
  logits: AnyTensor,
  labels: AnyTensor,
  { loss, q }: Pick<CbdOptions["backdoor"], "loss" | "q">,
): Tensor {
  return loss === "crossEntropy" ? crossEntropy(logits, labels) : generalizedCrossEntropy(logits, labels, { q });
}

/**
 * What f_C is trained on, but for the critic's term, which belongs to the batch: w(x)·CE(f_C(x), y) + β·½‖z‖².
 *
 * @param lossClean - CE(f_C(x), y), `f32 (n)`.
 * @param weights - w, `f32 (n)`, constants; see {@link sampleWeights}.
 * @param z - `f32 (n, h)`, f_C's embedding.
 * @param beta - β ≥ 0.
 * @returns `f32 (n)`.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { cleanLoss } from "deconfound/cbd";
 *
 * const losses = cleanLoss(tensor([1, 2]), tensor([0.5, 1]), tensor([[2, 0], [0, 4]]), 0.5);
 * console.log(String(await evaluateReference(losses).data())); // 1.5,6
 * ```
 */
export function cleanLoss(lossClean: AnyTensor, weights: AnyTensor, z: AnyTensor, beta: number): Tensor {
  const weighted = mul(weights, lossClean) as Tensor;
  return beta === 0 ? weighted : add(weighted, mul(informationBottleneck(z), beta));
}
