import { ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { gather } from "../tensor/ops/gather.ts";
import { parameters } from "../tensor/parameters.ts";
import type { Plain } from "../tensor/shape-types.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";

/** `weight (words, features)`: a row per word. */
export type EmbeddingParams = { readonly weight: AnyTensor };

const checkEmbedding = parameters("embedding", {
  params: kind.fields({ weight: kind.tensor }),
  indices: kind.indices,
});

/**
 * The row of each word: `(…)` → `(…, features)`. The gradient adds up in the rows that were read.
 *
 * @param indices - i32. One outside 0 … words−1 throws when the indices are known on the host, and reads zeros otherwise.
 * @throws ShapeError unless the weight has rank 2.
 * @see torch.nn.Embedding
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { embedding } from "deconfound/nn";
 *
 * const y = embedding({ weight: tensor([[1, 2], [3, 4], [5, 6]]) }, tensor([2, 0], { dtype: "i32" }));
 * console.log(String(y.shape), String(await evaluateReference(y).data())); // 2,2 5,6,1,2
 * ```
 */
export function embedding<I extends AnyTensor, F extends number>(
  params: { readonly weight: Tensor<readonly [number, F]> },
  indices: I,
): Tensor<Plain<[...I["shape"], F]>>;
export function embedding(params: EmbeddingParams, indices: AnyTensor): Tensor;
export function embedding(params: EmbeddingParams, indices: AnyTensor): AnyTensor {
  checkEmbedding(arguments);
  const { weight } = params;
  if (weight.shape.length !== 2) {
    throw new ShapeError(`embedding: weight ${formatType(weight)}`, ["expects (words, features)"], captureSite());
  }
  return gather(weight as Tensor, indices);
}
