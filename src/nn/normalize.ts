import type { DType } from "../tensor/dtype.ts";
import { ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { add, mul, rsqrt, square, sub } from "../tensor/ops/elementwise.ts";
import { mean } from "../tensor/ops/mean.ts";
import { reshape } from "../tensor/ops/reshape.ts";
import type { Float } from "../tensor/ops/signatures.ts";
import { parameters, required } from "../tensor/parameters.ts";
import type { Shape } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";

// Normalisation of each example by itself: no running statistics.

export interface NormalizeOptions {
  /** γ, broadcast against the last axis. @defaultValue none */
  readonly scale?: AnyTensor | undefined;
  /** β, likewise. @defaultValue none */
  readonly bias?: AnyTensor | undefined;
  /** ε, added to the variance. @defaultValue 1e-5 */
  readonly epsilon?: number | undefined;
}

const options = { scale: kind.tensor, bias: kind.tensor, epsilon: kind.notNegative };

function affine(y: AnyTensor, { scale, bias }: NormalizeOptions): Tensor {
  const scaled = scale === undefined ? y : mul(y, scale);
  return (bias === undefined ? scaled : add(scaled, bias)) as Tensor;
}

/** (x − μ)/√(σ² + ε) over the axes. */
function centred(x: AnyTensor, axis: readonly number[], epsilon = 1e-5): AnyTensor {
  const deviation = sub(x, mean(x, { axis, keepDims: true }) as AnyTensor) as AnyTensor;
  const spread = mean(square(deviation), { axis, keepDims: true }) as AnyTensor;
  return mul(deviation, rsqrt(add(spread, epsilon) as Tensor)) as AnyTensor;
}

const checkLayerNorm = parameters("layerNorm", { x: kind.tensor }, options);

/**
 * Each row of the last axis to mean 0 and variance 1, (x − μ)/√(σ² + ε)·γ + β.
 *
 * @param x - `(…, c)`, f32.
 * @see Ba et al. 2016; torch.nn.LayerNorm
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { layerNorm } from "deconfound/nn";
 * console.log(String(await evaluateReference(layerNorm(tensor([[1, 3]]), { epsilon: 0 })).data())); // -1,1
 * ```
 */
export function layerNorm(x: AnyTensor, options: NormalizeOptions = {}): Tensor {
  checkLayerNorm(arguments);
  return affine(centred(x, [-1], options.epsilon), options);
}

const checkRmsNorm = parameters("rmsNorm", { x: kind.tensor }, options);

/**
 * Each row of the last axis over its root mean square, x/√(Σx²/c + ε)·γ + β.
 *
 * @param x - `(…, c)`, f32.
 * @see Zhang & Sennrich 2019
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { rmsNorm } from "deconfound/nn";
 * console.log(String(await evaluateReference(rmsNorm(tensor([[2, -2]]), { epsilon: 0 })).data())); // 1,-1
 * ```
 */
export function rmsNorm(x: AnyTensor, options: NormalizeOptions = {}): Tensor {
  checkRmsNorm(arguments);
  const squares = mean(square(x), { axis: -1, keepDims: true }) as AnyTensor;
  return affine(mul(x, rsqrt(add(squares, options.epsilon ?? 1e-5) as Tensor)), options);
}

const checkGroupNorm = parameters("groupNorm", { x: kind.tensor }, { groups: required(kind.count), ...options });

/**
 * Each example's channels in groups, each group over all places to mean 0 and variance 1; then γ and β per channel.
 *
 * @param x - `(n, …, c)`, f32.
 * @param options.groups - divides c.
 * @throws ShapeError if it does not, or for rank 1 and below.
 * @see Wu & He 2018; torch.nn.GroupNorm
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { groupNorm } from "deconfound/nn";
 * console.log(String(await evaluateReference(groupNorm(tensor([[1, 3, 5, 9]]), { groups: 2, epsilon: 0 })).data())); // -1,1,-1,1
 * ```
 */
export function groupNorm(x: AnyTensor, options: NormalizeOptions & { readonly groups: number }): Tensor {
  checkGroupNorm(arguments);
  const { groups, epsilon } = options;
  const channels = x.shape.at(-1)!;
  if (x.shape.length < 2 || groups === 0 || channels % groups !== 0) {
    throw new ShapeError(
      `groupNorm: ${groups} groups of ${formatType(x)}`,
      ["expects (n, …, c), groups that divide c"],
      captureSite(),
    );
  }
  const split = [...x.shape.slice(0, -1), groups, channels / groups];
  const axes = split.flatMap((_, axis) => (axis === 0 || axis === split.length - 2 ? [] : [axis]));
  return affine(
    reshape<AnyTensor, Shape>(centred(reshape<AnyTensor, Shape>(x, split), axes, epsilon), x.shape),
    options,
  );
}

const checkInstanceNorm = parameters("instanceNorm", { x: kind.tensor }, options);

/**
 * Each channel of each example, over all places, to mean 0 and variance 1; then γ and β per channel: {@link groupNorm} of groups of one.
 *
 * @param x - `(n, …, c)`, f32.
 * @throws ShapeError below rank 3.
 * @see Ulyanov et al. 2016; torch.nn.InstanceNorm2d
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { instanceNorm } from "deconfound/nn";
 * const x = tensor([[[1, 0], [3, 8]]]); // two places, two channels
 * console.log(String(await evaluateReference(instanceNorm(x, { epsilon: 0 })).data())); // -1,-1,1,1
 * ```
 */
export function instanceNorm<S extends Shape, D extends DType>(x: Float<S, D>, options?: NormalizeOptions): Tensor<S>;
export function instanceNorm(x: AnyTensor, options: NormalizeOptions = {}): AnyTensor {
  checkInstanceNorm(arguments);
  if (x.shape.length < 3) {
    throw new ShapeError(`instanceNorm: ${formatType(x)} has no places`, ["expects (n, …, c)"], captureSite());
  }
  const places = x.shape.flatMap((_, axis) => (axis === 0 || axis === x.shape.length - 1 ? [] : [axis]));
  return affine(centred(x, places, options.epsilon), options);
}
