import * as kind from "../tensor/kinds.ts";
import { sum } from "../tensor/ops/broadcast.ts";
import { abs, div, exp, less, mul, softplus, square, sub } from "../tensor/ops/elementwise.ts";
import { norm } from "../tensor/ops/norm.ts";
import { where } from "../tensor/ops/select.ts";
import { parameters } from "../tensor/parameters.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

// Losses of two tensors that broadcast against each other. Elementwise ones return a loss per element: take the mean where it can be seen.

const two = { predicted: kind.tensor, target: kind.tensor };

const checkSquaredError = parameters("squaredError", two);

/**
 * (p − t)², a loss per element. f32.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { squaredError } from "deconfound/nn";
 * console.log((await evaluateReference(squaredError(tensor(3), tensor(1))).item()).toFixed(4)); // 4.0000
 * ```
 */
export function squaredError(predicted: AnyTensor, target: AnyTensor): Tensor {
  checkSquaredError(arguments);
  return square(sub(predicted, target) as Tensor);
}

const checkAbsoluteError = parameters("absoluteError", two);

/**
 * |p − t|, a loss per element. f32. Gradient 0 where both are equal.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { absoluteError } from "deconfound/nn";
 * console.log((await evaluateReference(absoluteError(tensor(3), tensor(1))).item()).toFixed(4)); // 2.0000
 * ```
 */
export function absoluteError(predicted: AnyTensor, target: AnyTensor): Tensor {
  checkAbsoluteError(arguments);
  return abs(sub(predicted, target) as Tensor);
}

const checkHuber = parameters("huber", two, { delta: kind.positive });

/**
 * ½d² for |d| ≤ δ, else δ(|d| − ½δ), d = p − t: a loss per element. f32.
 *
 * @param options.delta - δ > 0. @defaultValue 1
 * @see Huber 1964
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { huber } from "deconfound/nn";
 * console.log((await evaluateReference(huber(tensor(3), tensor(1))).item()).toFixed(4)); // 1.5000
 * ```
 */
export function huber(predicted: AnyTensor, target: AnyTensor, options: { delta?: number | undefined } = {}): Tensor {
  checkHuber(arguments);
  const { delta = 1 } = options;
  const distance = abs(sub(predicted, target) as Tensor);
  return where(less(distance, delta), mul(square(distance), 0.5), mul(sub(distance, delta / 2), delta)) as Tensor;
}

const checkBinaryCrossEntropy = parameters("binaryCrossEntropy", { logits: kind.tensor, targets: kind.tensor });

/**
 * −t·ln σ(z) − (1 − t)·ln(1 − σ(z)) = ln(1 + eᶻ) − t·z, a loss per element, without overflow. f32.
 *
 * @param logits - z.
 * @param targets - t in [0, 1].
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { binaryCrossEntropy } from "deconfound/nn";
 * console.log((await evaluateReference(binaryCrossEntropy(tensor(0), tensor(1))).item()).toFixed(4)); // 0.6931
 * ```
 */
export function binaryCrossEntropy(logits: AnyTensor, targets: AnyTensor): Tensor {
  checkBinaryCrossEntropy(arguments);
  return sub(softplus(logits as Tensor), mul(targets, logits) as Tensor) as Tensor;
}

const checkKlDivergence = parameters("klDivergence", { logP: kind.tensor, logQ: kind.tensor });

/**
 * Σ p·(ln p − ln q) along the last axis, in nats. A probability of 0 (ln p = −∞) counts nothing. f32.
 *
 * @param logP - ln p, `(…, k)`.
 * @param logQ - ln q, likewise.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { klDivergence } from "deconfound/nn";
 * console.log((await evaluateReference(klDivergence(tensor([0.5, 0.5].map(Math.log)), tensor([0.25, 0.75].map(Math.log)))).item()).toFixed(4)); // 0.1438
 * ```
 */
export function klDivergence(logP: AnyTensor, logQ: AnyTensor): Tensor {
  checkKlDivergence(arguments);
  const p = exp(logP as Tensor);
  const isNothing = less(p, 2 ** -126); // also its gradient: 0, not 0·∞
  return sum(where(isNothing, 0, mul(p, sub(where(isNothing, 0, logP as Tensor), logQ as Tensor)) as Tensor), {
    axis: -1,
  }) as Tensor;
}

const checkCosineSimilarity = parameters("cosineSimilarity", { a: kind.tensor, b: kind.tensor });

/**
 * ⟨a, b⟩/(‖a‖·‖b‖) along the last axis; 0 with gradient 0 beside a vector of zeros. f32.
 * @see torch.nn.CosineSimilarity
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { cosineSimilarity } from "deconfound/nn";
 * console.log((await evaluateReference(cosineSimilarity(tensor([1, 0]), tensor([1, 1]))).item()).toFixed(4)); // 0.7071
 * ```
 */
export function cosineSimilarity(a: AnyTensor, b: AnyTensor): Tensor {
  checkCosineSimilarity(arguments);
  const lengths = mul(norm(a, { axis: -1 }), norm(b, { axis: -1 }) as AnyTensor) as Tensor;
  const isNothing = less(lengths, 2 ** -126);
  const dot = sum(mul(a, b) as Tensor, { axis: -1 });
  return where(isNothing, 0, div(dot, where(isNothing, 1, lengths) as AnyTensor)) as Tensor;
}
