import { dropout } from "../../nn/dropout.ts";
import { torchUniform } from "../../nn/initialize.ts";
import { leakyRelu } from "../../tensor/ops/activations.ts";
import { concat } from "../../tensor/ops/concat.ts";
import { add } from "../../tensor/ops/elementwise.ts";
import { matmul } from "../../tensor/ops/matmul.ts";
import { reshape } from "../../tensor/ops/reshape.ts";
import { normal, split } from "../../tensor/random.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";

/** Weights of D_φ. */
export type CriticParams = {
  readonly hidden: {
    readonly weight: AnyTensor /* (size of r and z together, width) */;
    readonly bias: AnyTensor /* (width) */;
  };
  readonly out: { readonly weight: AnyTensor /* (width, 1) */ };
};

/** D_φ with the vectors that power iteration carries from step to step, one per weight matrix, of its output size. */
export type CriticState = {
  readonly params: CriticParams;
  readonly spectral: { readonly hidden: AnyTensor /* (width) */; readonly out: AnyTensor /* (1) */ };
};

/**
 * A critic for embeddings of `features` numbers together, weights and bias uniform in ±1/√fan_in as PyTorch's Linear has them.
 *
 * @param key - `u32 (2)`.
 * @param features - size of r and size of z together.
 * @param width - hidden units.
 * @example
 * ```ts
 * import { random } from "deconfound";
 * import { initCritic } from "deconfound/mi";
 *
 * const { params } = initCritic(random.key(0), 8, 16);
 * console.log(String(params.hidden.weight.shape), String(params.out.weight.shape)); // 8,16 16,1
 * ```
 */
export function initCritic(key: AnyTensor, features: number, width: number): CriticState {
  const [weight, bias, out, hiddenVector, outVector] = split(key, 5) as [
    AnyTensor,
    AnyTensor,
    AnyTensor,
    AnyTensor,
    AnyTensor,
  ];
  const fanIn = features;
  return {
    params: {
      hidden: { weight: torchUniform(weight, [fanIn, width]), bias: torchUniform(bias, [width], { fanIn }) },
      out: { weight: torchUniform(out, [width, 1]) },
    },
    spectral: { hidden: normal(hiddenVector, [width]), out: normal(outVector, [1]) },
  };
}

/**
 * The critic D_φ(r, z): cat(r, z) → dropout → linear → leaky ReLU (0.01) → dropout → linear, one score per pair.
 *
 * @param r - `f32 (n, h)`. @param z - `f32 (n, h′)`.
 * @param options.dropout - rate in [0, 1); dropout is always on, as the authors never put D in evaluation mode.
 * @param options.key - `u32 (2)`, of the two dropout masks.
 * @returns `f32 (n)`.
 *
 * Deviation: no bias after the last layer (the authors' cancels in every estimate and has gradient zero).
 * @example
 * ```ts
 * import { evaluateReference, random, zeros } from "deconfound";
 * import { criticScores, initCritic } from "deconfound/mi";
 *
 * const key = random.key(0);
 * const { params } = initCritic(key, 8, 16);
 * const r = random.normal(random.key(1), [3, 4]);
 * const scores = criticScores(params, r, zeros([3, 4]), { dropout: 0.2, key });
 * console.log((await evaluateReference(scores).data()).length); // 3
 * ```
 */
export function criticScores(
  params: CriticParams,
  r: AnyTensor,
  z: AnyTensor,
  options: { readonly dropout: number; readonly key: AnyTensor },
): Tensor {
  const [first, second] = split(options.key, 2) as [AnyTensor, AnyTensor];
  const rate = options.dropout;
  const pair = dropout(concat([r, z], { axis: 1 }), { rate, key: first, train: true });
  const hidden = leakyRelu(add(matmul(pair, params.hidden.weight), params.hidden.bias), { slope: 0.01 });
  const scores = matmul(dropout(hidden, { rate, key: second, train: true }), params.out.weight);
  return reshape(scores, [r.shape[0]!]);
}
