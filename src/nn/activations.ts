import type { DType } from "../tensor/dtype.ts";
import { ShapeError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { clip } from "../tensor/ops/activations.ts";
import { abs, add, div, expm1, greater, minimum, mul, sigmoid, softplus, tanh } from "../tensor/ops/elementwise.ts";
import { where } from "../tensor/ops/select.ts";
import type { Float } from "../tensor/ops/signatures.ts";
import { slice } from "../tensor/ops/slice.ts";
import { parameters } from "../tensor/parameters.ts";
import type { Shape } from "../tensor/shape.ts";
import { normalizeAxis } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";

// Activations beside the language's relu, leakyRelu, gelu, sigmoid, tanh and softplus.

/** x where x > 0, else α(eˣ − 1). */
const exponentialBelow = (x: AnyTensor, alpha: number): AnyTensor =>
  where(greater(x, 0), x, mul(expm1(minimum(x, 0)), alpha)) as AnyTensor;

const checkSilu = parameters("silu", { x: kind.tensor });

/**
 * x·σ(x), also called swish. f32.
 * @see Elfwing et al. 2018
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { silu } from "deconfound/nn";
 * console.log((await evaluateReference(silu(tensor(1))).item()).toFixed(4)); // 0.7311
 * ```
 */
export function silu<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function silu(x: AnyTensor): AnyTensor {
  checkSilu(arguments);
  return mul(x, sigmoid(x));
}

const checkElu = parameters("elu", { x: kind.tensor }, { alpha: kind.number });

/**
 * x where x > 0, else α(eˣ − 1). The gradient at 0 is α. f32.
 *
 * @param options.alpha - α. @defaultValue 1
 * @see Clevert et al. 2016
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { elu } from "deconfound/nn";
 * console.log((await evaluateReference(elu(tensor(-1))).item()).toFixed(4)); // -0.6321
 * ```
 */
export function elu<S extends Shape, D extends DType>(
  x: Float<S, D>,
  options?: { alpha?: number | undefined },
): Tensor<S>;
export function elu(x: AnyTensor, options: { alpha?: number | undefined } = {}): AnyTensor {
  checkElu(arguments);
  return exponentialBelow(x, options.alpha ?? 1);
}

const checkSelu = parameters("selu", { x: kind.tensor });

/**
 * λ·elu(x) with α = 1.6733 and λ = 1.0507, at which layers keep mean 0 and variance 1. f32.
 * @see Klambauer et al. 2017
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { selu } from "deconfound/nn";
 * console.log((await evaluateReference(selu(tensor(-1))).item()).toFixed(4)); // -1.1113
 * ```
 */
export function selu<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function selu(x: AnyTensor): AnyTensor {
  checkSelu(arguments);
  return mul(exponentialBelow(x, 1.6732632423543772), 1.0507009873554805);
}

const checkMish = parameters("mish", { x: kind.tensor });

/**
 * x·tanh(ln(1 + eˣ)). f32.
 * @see Misra 2020
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { mish } from "deconfound/nn";
 * console.log((await evaluateReference(mish(tensor(1))).item()).toFixed(4)); // 0.8651
 * ```
 */
export function mish<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function mish(x: AnyTensor): AnyTensor {
  checkMish(arguments);
  return mul(x, tanh(softplus(x)));
}

const checkSoftsign = parameters("softsign", { x: kind.tensor });

/**
 * x/(1 + |x|). f32.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { softsign } from "deconfound/nn";
 * console.log((await evaluateReference(softsign(tensor(3))).item()).toFixed(4)); // 0.7500
 * ```
 */
export function softsign<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function softsign(x: AnyTensor): AnyTensor {
  checkSoftsign(arguments);
  return div(x, add(abs(x), 1));
}

const checkRelu6 = parameters("relu6", { x: kind.tensor });

/**
 * x held within [0, 6]. Gradient 1 at both ends. f32.
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { relu6 } from "deconfound/nn";
 * console.log((await evaluateReference(relu6(tensor(8))).item()).toFixed(4)); // 6.0000
 * ```
 */
export function relu6<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function relu6(x: AnyTensor): AnyTensor {
  checkRelu6(arguments);
  return clip(x as Tensor, { min: 0, max: 6 });
}

const checkHardTanh = parameters("hardTanh", { x: kind.tensor });

/**
 * x held within [−1, 1]. Gradient 1 at both ends. f32.
 * @see torch.nn.Hardtanh
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { hardTanh } from "deconfound/nn";
 * console.log(String(await evaluateReference(hardTanh(tensor([-3, 0.5]))).data())); // -1,0.5
 * ```
 */
export function hardTanh<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function hardTanh(x: AnyTensor): AnyTensor {
  checkHardTanh(arguments);
  return clip(x as Tensor, { min: -1, max: 1 });
}

const checkGlu = parameters("glu", { x: kind.tensor }, { axis: kind.axis });

/**
 * a·σ(b), a and b the halves of `x` along an axis. f32.
 *
 * @param options.axis - its size is even. @defaultValue −1
 * @throws ShapeError for an odd size.
 * @see Dauphin et al. 2017
 * @example
 * ```ts
 * import { evaluateReference, tensor } from "deconfound";
 * import { glu } from "deconfound/nn";
 * console.log(String(await evaluateReference(glu(tensor([4, 0]))).data())); // 2
 * ```
 */
export function glu(x: AnyTensor, options: { axis?: number | undefined } = {}): Tensor {
  checkGlu(arguments);
  const axis = normalizeAxis("glu", options.axis ?? -1, x.shape.length);
  const half = x.shape[axis]! / 2;
  if (!Number.isInteger(half)) throw new ShapeError(`glu: axis ${axis} of ${formatType(x)} is odd`, [], captureSite());
  return mul(slice(x, { axis, stop: half }), sigmoid(slice(x, { axis, start: half }) as Tensor)) as Tensor;
}
