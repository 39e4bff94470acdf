import { stopGradient } from "../autodiff/stop-gradient.ts";
import * as kind from "../tensor/kinds.ts";
import { batchNorm } from "../tensor/ops/batch-norm.ts";
import { ones, zeros } from "../tensor/ops/creation.ts";
import { add, mul, rsqrt, sub } from "../tensor/ops/elementwise.ts";
import { parameters, required } from "../tensor/parameters.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

/** γ and β, each `(c)`. */
export type BatchNormParams = { readonly gamma: AnyTensor; readonly beta: AnyTensor };
/** Running mean and unbiased variance, each `(c)`. */
export type BatchNormStats = { readonly mean: AnyTensor; readonly variance: AnyTensor };

const checkInitBatchNorm = parameters("initBatchNorm", { channels: kind.count });

/**
 * γ = 1, β = 0; running mean 0, variance 1.
 *
 * @example
 * ```ts
 * import { evaluateReference } from "deconfound";
 * import { initBatchNorm } from "deconfound/nn";
 *
 * const { params, stats } = evaluateReference(initBatchNorm(2));
 * console.log(String(await params.gamma.data()), String(await stats.mean.data())); // 1,1 0,0
 * ```
 */
export function initBatchNorm(channels: number): { params: BatchNormParams; stats: BatchNormStats } {
  checkInitBatchNorm(arguments);
  const [one, zero] = [ones([channels]), zeros([channels])];
  return { params: { gamma: one, beta: zero }, stats: { mean: zero, variance: one } };
}

const checkBatchNormLayer = parameters(
  "batchNormLayer",
  {
    params: kind.fields({ gamma: kind.tensor, beta: kind.tensor }),
    stats: kind.fields({ mean: kind.tensor, variance: kind.tensor }),
    x: kind.tensor,
  },
  { train: required(kind.flag), momentum: kind.share, epsilon: kind.notNegative },
);

/**
 * Batch normalisation with running statistics, by PyTorch's conventions.
 *
 * Training normalises with the batch's mean and biased variance, and moves the running ones towards the batch's mean and
 * *unbiased* variance:
 *
 *     running ← (1 − m)·running + m·batch
 *
 * Evaluation normalises with the running statistics and returns them as they are.
 *
 * @param x - `(…, c)`, f32.
 * @param options.momentum - m in [0, 1]: the weight of this batch. @defaultValue 0.1
 * @param options.epsilon - added to the variance. @defaultValue 1e-5
 * @returns `y` like `x`, and the new statistics, which carry no gradient. A batch of one element per channel has no unbiased
 * variance; its biased one, 0, is taken (PyTorch refuses such a batch).
 * @throws ShapeError if params do not have the channels of `x`.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { batchNormLayer, initBatchNorm } from "deconfound/nn";
 *
 * const { params, stats } = initBatchNorm(1);
 * const after = batchNormLayer(params, stats, tensor([[1], [3]]), { train: true, momentum: 0.5, epsilon: 0 });
 * const values = evaluateReference(after);
 * console.log(String(await values.y.data()), String(await values.stats.mean.data())); // -1,1 1
 * ```
 */
export function batchNormLayer(
  params: BatchNormParams,
  stats: BatchNormStats,
  x: AnyTensor,
  options: { train: boolean; momentum?: number | undefined; epsilon?: number | undefined },
): { y: Tensor; stats: BatchNormStats } {
  checkBatchNormLayer(arguments);
  const { train, momentum = 0.1, epsilon = 1e-5 } = options;
  if (!train) {
    const factor = mul(params.gamma, rsqrt(add(stats.variance, epsilon)));
    return { y: add(mul(sub(x, stats.mean), factor), params.beta), stats };
  }
  const { y, mean, variance } = batchNorm(x, params.gamma, params.beta, { epsilon });
  const count = sizeOf(x.shape.slice(0, -1));
  const unbiased = count / Math.max(1, count - 1);
  const move = (running: AnyTensor, batch: AnyTensor, factor: number): AnyTensor =>
    add(mul(running, 1 - momentum), mul(stopGradient(batch), momentum * factor));
  return {
    y,
    stats: { mean: move(stats.mean, mean, 1), variance: move(stats.variance, variance, unbiased) },
  };
}
