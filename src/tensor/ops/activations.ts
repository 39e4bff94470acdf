import type { DType } from "../dtype.ts";
import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { add, erf, greater, maximum, minimum, mul, neg, softplus } from "./elementwise.ts";
import { where } from "./select.ts";
import type { Float, Operand } from "./signatures.ts";

const checkRelu = parameters("relu", { x: kind.tensor });

/**
 * max(0, x). Gradient 0 at 0, as in PyTorch.
 * @example
 * ```ts
 * import { evaluateReference, relu, tensor } from "deconfound";
 * console.log(String(await evaluateReference(relu(tensor([-1, 0, 2]))).data())); // 0,0,2
 * ```
 */
export function relu<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function relu(x: AnyTensor): AnyTensor {
  checkRelu(arguments);
  return maximum(0, x); // a tie gives the gradient to the first operand, the constant
}

const checkLeakyRelu = parameters("leakyRelu", { x: kind.tensor }, { slope: kind.number });

/**
 * x where x > 0, else slope·x. The gradient at 0 is `slope`.
 *
 * @defaultValue slope 0.01
 * @example
 * ```ts
 * import { evaluateReference, leakyRelu, tensor } from "deconfound";
 * console.log(String(await evaluateReference(leakyRelu(tensor([-2, 3]), { slope: 0.5 })).data())); // -1,3
 * ```
 */
export function leakyRelu<S extends Shape, D extends DType>(
  x: Float<S, D>,
  options?: { slope?: number | undefined },
): Tensor<S>;
export function leakyRelu(x: AnyTensor, options: { slope?: number | undefined } = {}): AnyTensor {
  checkLeakyRelu(arguments);
  return where(greater(x, 0), x, mul(x, options.slope ?? 0.01));
}

const checkGelu = parameters("gelu", { x: kind.tensor });

/**
 * x·Φ(x) = x/2·(1 + erf(x/√2)), the exact form. Source: Hendrycks & Gimpel, arXiv 1606.08415.
 * @example
 * ```ts
 * import { evaluateReference, gelu, tensor } from "deconfound";
 * console.log((await evaluateReference(gelu(tensor(1))).item()).toFixed(4)); // 0.8413
 * ```
 */
export function gelu<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function gelu(x: AnyTensor): AnyTensor {
  checkGelu(arguments);
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

const checkLogSigmoid = parameters("logSigmoid", { x: kind.tensor });

/**
 * ln σ(x) = −ln(1 + e⁻ˣ), without overflow.
 * @example
 * ```ts
 * import { evaluateReference, logSigmoid, tensor } from "deconfound";
 * console.log((await evaluateReference(logSigmoid(tensor(0))).item()).toFixed(4)); // -0.6931
 * ```
 */
export function logSigmoid<S extends Shape, D extends DType>(x: Float<S, D>): Tensor<S>;
export function logSigmoid(x: AnyTensor): AnyTensor {
  checkLogSigmoid(arguments);
  return neg(softplus(neg(x)));
}

const checkClip = parameters("clip", { x: kind.tensor }, { min: kind.operand, max: kind.operand });

/**
 * x held between bounds. At a bound x itself takes the gradient (1), beyond it the bound does.
 *
 * @param options.min - lower bound, number or tensor, broadcast. @defaultValue none
 * @param options.max - upper bound. It wins where min > max. @defaultValue none
 * @throws ConfigError without a bound.
 * @example
 * ```ts
 * import { clip, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(clip(tensor([-2, 0.5, 3]), { min: 0, max: 1 })).data())); // 0,0.5,1
 * ```
 */
export function clip<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: { min?: number | undefined; max?: number | undefined },
): Tensor<S, D>;
export function clip<D extends DType>(
  x: Tensor<Shape, D>,
  options: { min?: Operand | undefined; max?: Operand | undefined },
): Tensor<Shape, D>;
export function clip(x: AnyTensor, options: { min?: Operand | undefined; max?: Operand | undefined }): AnyTensor {
  checkClip(arguments);
  if (options.min === undefined && options.max === undefined) {
    throw new ConfigError("clip: no bound given", ["expects { min }, { max } or both"], captureSite());
  }
  const raised = options.min === undefined ? x : maximum(x, options.min);
  return options.max === undefined ? raised : minimum(raised, options.max);
}
