import { sum } from "../../../tensor/ops/broadcast.ts";
import { concat } from "../../../tensor/ops/concat.ts";
import { eye } from "../../../tensor/ops/creation.ts";
import { add, mul, rsqrt, square, sub } from "../../../tensor/ops/elementwise.ts";
import { logSumExp } from "../../../tensor/ops/log-sum-exp.ts";
import { matmul } from "../../../tensor/ops/matmul.ts";
import { transpose } from "../../../tensor/ops/transpose.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";

/** Taken off the similarity of a view with itself, so that it counts nothing. */
const excluded = 1e9;

/**
 * NT-Xent, the loss of SimCLR: how badly each view is told from all others of the batch as the one of the same image,
 *
 *     ℓ_i = −ln( e^{s(i, j)/τ} / Σ_{k ≠ i} e^{s(i, k)/τ} ),   j the other view of the image, s the cosine.
 *
 * @param first - `f32 (n, d)`, one view of n images. @param second - the other view. @param temperature - τ > 0.
 * @returns `f32 (2n)`, of the first views and then of the second ones; 0 for a single image.
 *
 * Deviation: every view is compared with the others, as SimCLR's authors have it; DBD's code compares the first ones only.
 * Source: Chen et al., A Simple Framework for Contrastive Learning of Visual Representations (ICML 2020), equation 1.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { ntXent } from "deconfound/backdoor";
 *
 * const views = tensor([[1, 0], [0, 1]]); // two images, each seen twice alike
 * const losses = await evaluateReference(ntXent(views, views, 0.5)).data();
 * console.log(Array.from(losses, (loss) => loss.toFixed(3)).join(" ")); // 0.240 0.240 0.240 0.240
 * ```
 */
export function ntXent(first: AnyTensor, second: AnyTensor, temperature: number): AnyTensor {
  const all = unit(concat([first, second]));
  const views = all.shape[0]!;
  const similar = mul(matmul(all, transpose(all)), 1 / temperature);
  const others = sub(similar, mul(eye(views), excluded));
  const pairs = mul(sum(mul(unit(first), unit(second)), { axis: 1 }), 1 / temperature);
  return sub(logSumExp(others, { axis: 1 }), concat([pairs, pairs]));
}

/** Rows of length 1. */
function unit(rows: AnyTensor): AnyTensor {
  return mul(rows, rsqrt(add(sum(square(rows), { axis: 1, keepDims: true }), 1e-12)));
}
