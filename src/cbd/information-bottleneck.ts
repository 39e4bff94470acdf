import { sum } from "../tensor/ops/broadcast.ts";
import { mul, square } from "../tensor/ops/elementwise.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

/**
 * Term ①, I(Z;X): ½‖z‖² of each sample, the upper bound KL(N(z, σ²I) ‖ N(0, I)) without its constants.
 *
 * @param z - `f32 (n, h)`, the embedding.
 * @returns `f32 (n)`, ≥ 0.
 *
 * Deviation: the authors' code leaves this term out and points to weight decay, which is a different penalty.
 * Source: CBD §3 with the encoder's variance set to a constant.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { informationBottleneck } from "deconfound/cbd";
 *
 * const terms = informationBottleneck(tensor([[3, 4], [0, 2]]));
 * console.log(String(await evaluateReference(terms).data())); // 12.5,2
 * ```
 */
export function informationBottleneck(z: AnyTensor): Tensor {
  return mul(sum(square(z), { axis: 1 }), 0.5) as Tensor;
}
