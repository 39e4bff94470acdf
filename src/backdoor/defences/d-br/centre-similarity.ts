import { cosineSimilarity } from "../../../nn/pair-losses.ts";
import { sum } from "../../../tensor/ops/broadcast.ts";
import { eye, oneHot } from "../../../tensor/ops/creation.ts";
import { div, maximum, minimum, mul, sub } from "../../../tensor/ops/elementwise.ts";
import { matmul } from "../../../tensor/ops/matmul.ts";
import { expandDims } from "../../../tensor/ops/reshape.ts";
import { transpose } from "../../../tensor/ops/transpose.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

/**
 * How alike the classes of a batch lie: the mean, over pairs of classes, of the cosine between their mean representations. Classes that the
 * batch has not do not count; fewer than two give 0.
 *
 * @param z - `f32 (n, d)`. @param labels - `i32 (n)`, 0 … classes − 1.
 * @returns `f32 ()`, in [−1, 1].
 *
 * Deviation: the authors' code averages over all pairs, with 0 for a class and itself, which makes the loss smaller.
 * Source: Chen et al., Effective Backdoor Defense by Exploiting Sensitivity of Poisoned Samples (NeurIPS 2022), the authors' code.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { centreSimilarity } from "deconfound/backdoor";
 *
 * const labels = tensor([0, 1, 1], { dtype: "i32" });
 * const value = centreSimilarity(tensor([[2, 0], [1, 1], [3, 3]]), labels, 3);
 * console.log((await evaluateReference(value).item()).toFixed(3)); // 0.707
 * ```
 */
export function centreSimilarity(z: AnyTensor, labels: AnyTensor, classes: number): AnyTensor {
  const member = oneHot(labels, { classes }); // (n, k)
  const counts = sum(member, { axis: 0 });
  const centres = div(matmul(transpose(member), z), expandDims(maximum(counts, 1), { axis: 1 })); // (k, d)
  const cosines = cosineSimilarity(expandDims(centres, { axis: 1 }), expandDims(centres, { axis: 0 }));
  const here = minimum(counts, 1);
  const present = sum(here);
  const both = mul(expandDims(here, { axis: 1 }), expandDims(here, { axis: 0 }));
  const pairs = mul(both, sub(1, eye(classes)));
  return div(sum(mul(cosines, pairs)), maximum(mul(present, sub(present, 1)), 1));
}
