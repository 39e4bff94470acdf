import { ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { relu } from "../tensor/ops/activations.ts";
import { matrixTranspose } from "../tensor/ops/axes.ts";
import { sum } from "../tensor/ops/broadcast.ts";
import { concat } from "../tensor/ops/concat.ts";
import { eye } from "../tensor/ops/creation.ts";
import { add, div, less, mul, sub } from "../tensor/ops/elementwise.ts";
import { logSumExp } from "../tensor/ops/log-sum-exp.ts";
import { matmul } from "../tensor/ops/matmul.ts";
import { norm } from "../tensor/ops/norm.ts";
import { roll } from "../tensor/ops/roll.ts";
import { where } from "../tensor/ops/select.ts";
import { parameters } from "../tensor/parameters.ts";
import { sameShape } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";

// Losses that pull together what belongs together and push apart the rest.

const hidden = -(2 ** 127); // a similarity whose exponential is 0 beside any other
const checkNtXent = parameters("ntXent", { a: kind.tensor, b: kind.tensor }, { temperature: kind.positive });

/**
 * The normalised temperature-scaled cross entropy of n pairs of views: each of the 2n has to find the other one of its pair among all but
 * itself, ℓᵢ = ln Σ_{k≠i} exp(sᵢₖ/τ) − sᵢⱼ/τ, s the cosine similarity, in nats. That of zeros is 0, with gradient 0.
 *
 * @param a - `(n, d)`, f32; row i of both is a pair.
 * @param b - likewise.
 * @param options.temperature - τ > 0. @defaultValue 0.5
 * @returns `(2n)`: the losses of a's rows, then of b's; at most ln(2n − 1) + 2/τ.
 * @throws ShapeError for other shapes, and without pairs.
 * @see Chen et al. 2020 (SimCLR), eq. 1
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { ntXent } from "deconfound/nn";
 * const a = tensor([[1, 0], [0, 1]]);
 * const losses = await evaluateReference(ntXent(a, a, { temperature: 1 })).data();
 * console.log([...losses].map((value) => value.toFixed(3)).join(" ")); // 0.551 0.551 0.551 0.551
 * ```
 */
export function ntXent<N extends number>(
  a: Tensor<readonly [N, number]>,
  b: Tensor<readonly [N, number]>,
  options?: { temperature?: number | undefined },
): Tensor<[number]>;
export function ntXent(a: AnyTensor, b: AnyTensor, options?: { temperature?: number | undefined }): Tensor<[number]>;
export function ntXent(a: AnyTensor, b: AnyTensor, options: { temperature?: number | undefined } = {}): AnyTensor {
  checkNtXent(arguments);
  const { temperature = 0.5 } = options;
  const [n] = a.shape;
  if (a.shape.length !== 2 || !sameShape(a.shape, b.shape) || n === 0) {
    throw new ShapeError(
      `ntXent: ${formatType(a)} and ${formatType(b)} are not pairs`,
      ["expects (n, d) twice, n ≥ 1"],
      captureSite(),
    );
  }
  const views = directions(concat([a, b] as Tensor[]));
  const scaled = div(views, temperature) as Tensor;
  const similarities = matmul(scaled, matrixTranspose(views) as AnyTensor);
  const others = where(eye(2 * n!, { dtype: "bool" }) as AnyTensor, hidden, similarities as AnyTensor);
  const own = sum(mul(scaled, roll(views, { shift: n! })) as Tensor, { axis: 1 }); // row i beside row i ± n
  return sub(logSumExp(others as Tensor, { axis: 1 }), own);
}

/** Rows of length 1; zeros stay zeros. */
function directions(rows: Tensor): Tensor {
  const lengths = norm(rows, { axis: -1, keepDims: true }) as Tensor;
  const isNothing = less(lengths, 2 ** -126);
  return where(isNothing, 0, div(rows, where(isNothing, 1, lengths) as AnyTensor) as AnyTensor) as Tensor;
}

const checkTriplet = parameters(
  "triplet",
  { anchor: kind.tensor, positive: kind.tensor, negative: kind.tensor },
  { margin: kind.notNegative },
);

/**
 * max(0, ‖a − p‖ − ‖a − n‖ + margin) along the last axis: the negative has to be farther away than the positive by the margin. The gradient of
 * a distance of 0 is 0, and so is that of a loss of 0.
 *
 * Deviation: the paper takes squares of distances between vectors of length 1; PyTorch and this one take distances of any vectors.
 *
 * @param anchor - a, `(…, d)`, f32; all three broadcast.
 * @param options.margin - ≥ 0. @defaultValue 1
 * @returns `(…)`, ≥ 0.
 * @see Schroff et al. 2015 (FaceNet); torch.nn.TripletMarginLoss
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { triplet } from "deconfound/nn";
 * const losses = triplet(tensor([0, 0]), tensor([[3, 4], [1, 0]]), tensor([0, 5]));
 * console.log(String(await evaluateReference(losses).data())); // 1,0
 * ```
 */
export function triplet(
  anchor: AnyTensor,
  positive: AnyTensor,
  negative: AnyTensor,
  options: { margin?: number | undefined } = {},
): Tensor {
  checkTriplet(arguments);
  const [near, far] = [positive, negative].map((other) => norm(sub(anchor, other) as AnyTensor, { axis: -1 }));
  return relu(add(sub(near as Tensor, far as Tensor), options.margin ?? 1) as Tensor);
}
