import { ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import type { Turned } from "../tensor/matrix-types.ts";
import { matrixTranspose } from "../tensor/ops/axes.ts";
import { arange } from "../tensor/ops/creation.ts";
import { greaterEqual, logicalAnd, mul } from "../tensor/ops/elementwise.ts";
import { matmul } from "../tensor/ops/matmul.ts";
import { checkDTypes } from "../tensor/ops/operand.ts";
import { expandDims } from "../tensor/ops/reshape.ts";
import { where } from "../tensor/ops/select.ts";
import { softmax } from "../tensor/ops/softmax.ts";
import { parameters } from "../tensor/parameters.ts";
import type { Check, Fitting, MatMul } from "../tensor/shape-types.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";

/** Which keys a query attends to. */
export interface AttentionOptions {
  /** bool, broadcast against `(…, n, m)`: whether query i may attend to key j. @defaultValue to every one */
  readonly mask?: AnyTensor | undefined;
  /** Query i attends to keys 0 … i only, counted from the first of both. @defaultValue false */
  readonly causal?: boolean | undefined;
}

const hidden = -(2 ** 127); // a score whose exponential is 0 beside any other; −∞ would make a row of nothing NaN
const checkAttention = parameters(
  "attention",
  { queries: kind.tensor, keys: kind.tensor, values: kind.tensor },
  { mask: kind.tensor, causal: kind.flag },
);

/**
 * Scaled dot-product attention, softmax(Q·Kᵀ/√d)·V, the softmax over the keys that a query may attend to; zeros, with gradient 0, for one that
 * may attend to none. What is hidden must still be finite: 0·∞ is NaN. Heads are a leading axis. The scores (n·m per head) are made in full.
 *
 * @param queries - Q, `(…, n, d)`, f32.
 * @param keys - K, `(…, m, d)`.
 * @param values - V, `(…, m, e)`.
 * @returns `(…, n, e)`.
 * @throws ShapeError if the sizes disagree; DTypeError unless the mask is bool.
 * @see Vaswani et al. 2017, eq. 1; torch.nn.functional.scaled_dot_product_attention
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { attention } from "deconfound/nn";
 *
 * const x = tensor([[0, 0], [0, 0]]);
 * const y = attention(x, x, tensor([[2], [4]]), { causal: true });
 * console.log(String(await evaluateReference(y).data())); // 2,3
 * ```
 */
export function attention<Q extends AnyTensor, K extends AnyTensor, V extends AnyTensor>(
  queries: Q,
  keys: K & Check<MatMul<Q["shape"], Turned<K["shape"]>>>,
  values: V & Check<MatMul<Fitting<MatMul<Q["shape"], Turned<K["shape"]>>>, V["shape"]>>,
  options?: AttentionOptions,
): Tensor<Fitting<MatMul<Fitting<MatMul<Q["shape"], Turned<K["shape"]>>>, V["shape"]>>>;
export function attention(
  queries: AnyTensor,
  keys: AnyTensor,
  values: AnyTensor,
  options: AttentionOptions = {},
): AnyTensor {
  checkAttention(arguments);
  checkDTypes("attention", [queries, keys, values], ["f32"]);
  const [n, m, d] = [queries.shape.at(-2), keys.shape.at(-2), queries.shape.at(-1)];
  const isRank2 = [queries, keys, values].every(({ shape }) => shape.length >= 2);
  if (!isRank2 || keys.shape.at(-1) !== d || values.shape.at(-2) !== m) {
    throw new ShapeError(
      `attention: ${[queries, keys, values].map(formatType).join(", ")} do not fit`,
      ["expects queries (…, n, d), keys (…, m, d), values (…, m, e)"],
      captureSite(),
    );
  }
  const scores = mul(matmul(queries, matrixTranspose(keys as Tensor) as AnyTensor), 1 / Math.sqrt(d!)) as Tensor;
  const allowed = allowedOf(n!, m!, options);
  if (allowed === undefined) return matmul(softmax(scores), values);
  const weights = softmax(where(allowed, scores, hidden) as Tensor);
  return matmul(where(allowed, weights, 0) as Tensor, values);
}

function allowedOf(n: number, m: number, { mask, causal = false }: AttentionOptions): AnyTensor | undefined {
  if (mask !== undefined) checkDTypes("attention", [mask], ["bool"]);
  if (!causal) return mask;
  const query = expandDims(arange(n, { dtype: "i32" }), { axis: 1 });
  const before = greaterEqual(query, arange(m, { dtype: "i32" })) as AnyTensor;
  return mask === undefined ? before : (logicalAnd(before, mask) as AnyTensor);
}
