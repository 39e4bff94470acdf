import * as kind from "../tensor/kinds.ts";
import { mul } from "../tensor/ops/elementwise.ts";
import { parameters } from "../tensor/parameters.ts";
import { normal, uniform } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

/**
 * Values that one output reads, and outputs that one input reaches, for a weight `(…taps, in, out)`: `(in, out)` of a dense
 * layer, `(kh, kw, in, out)` of a convolution.
 */
export function fansOf(shape: Shape): { fanIn: number; fanOut: number } {
  const inputs = shape[shape.length - 2] ?? 1;
  const taps = sizeOf(shape.slice(0, -2));
  return { fanIn: taps * inputs, fanOut: taps * (shape[shape.length - 1] ?? 1) };
}

const normals = (key: AnyTensor, shape: Shape, deviation: number): Tensor => mul(normal(key, shape), deviation);
const within = (key: AnyTensor, shape: Shape, bound: number): Tensor =>
  uniform(key, shape, { from: -bound, to: bound });

const checkHeNormal = parameters("heNormal", { key: kind.key, shape: kind.shape }, { fan: kind.oneOf("in", "out") });

/**
 * N(0, 2/fan), for layers before a ReLU.
 *
 * @param key - `u32[2]`.
 * @param shape - of the weight, see {@link fansOf}.
 * @param options.fan - `"in"` keeps the size of activations, `"out"` that of gradients. @defaultValue "in"
 * @see He et al. 2015; torch.nn.init.kaiming_normal_
 * @example
 * ```ts
 * import { evaluateReference, mean, random, square } from "deconfound";
 * import { heNormal } from "deconfound/nn";
 *
 * const weight = heNormal(random.key(0), [200, 50]);
 * console.log((await evaluateReference(mean(square(weight))).item()).toFixed(3)); // 0.010
 * ```
 */
export function heNormal(key: AnyTensor, shape: Shape, options: { fan?: "in" | "out" | undefined } = {}): Tensor {
  checkHeNormal(arguments);
  return normals(key, shape, Math.sqrt(2 / chosenFan(shape, options)));
}

const checkHeUniform = parameters("heUniform", { key: kind.key, shape: kind.shape }, { fan: kind.oneOf("in", "out") });

/**
 * U(±√(6/fan)), of the same variance as {@link heNormal}.
 *
 * @see torch.nn.init.kaiming_uniform_
 * @example
 * ```ts
 * import { evaluateReference, mean, random, square } from "deconfound";
 * import { heUniform } from "deconfound/nn";
 *
 * const weight = heUniform(random.key(0), [200, 50]);
 * console.log((await evaluateReference(mean(square(weight))).item()).toFixed(3)); // 0.010
 * ```
 */
export function heUniform(key: AnyTensor, shape: Shape, options: { fan?: "in" | "out" | undefined } = {}): Tensor {
  checkHeUniform(arguments);
  return within(key, shape, Math.sqrt(6 / chosenFan(shape, options)));
}

const checkXavierNormal = parameters("xavierNormal", { key: kind.key, shape: kind.shape });

/**
 * N(0, 2/(fanIn + fanOut)).
 *
 * @see Glorot & Bengio 2010; torch.nn.init.xavier_normal_
 * @example
 * ```ts
 * import { evaluateReference, mean, random, square } from "deconfound";
 * import { xavierNormal } from "deconfound/nn";
 *
 * const weight = xavierNormal(random.key(0), [150, 50]);
 * console.log((await evaluateReference(mean(square(weight))).item()).toFixed(3)); // 0.010
 * ```
 */
export function xavierNormal(key: AnyTensor, shape: Shape): Tensor {
  checkXavierNormal(arguments);
  const { fanIn, fanOut } = fansOf(shape);
  return normals(key, shape, Math.sqrt(2 / (fanIn + fanOut)));
}

const checkXavierUniform = parameters("xavierUniform", { key: kind.key, shape: kind.shape });

/**
 * U(±√(6/(fanIn + fanOut))).
 *
 * @see torch.nn.init.xavier_uniform_
 * @example
 * ```ts
 * import { evaluateReference, mean, random, square } from "deconfound";
 * import { xavierUniform } from "deconfound/nn";
 *
 * const weight = xavierUniform(random.key(0), [150, 50]);
 * console.log((await evaluateReference(mean(square(weight))).item()).toFixed(3)); // 0.010
 * ```
 */
export function xavierUniform(key: AnyTensor, shape: Shape): Tensor {
  checkXavierUniform(arguments);
  const { fanIn, fanOut } = fansOf(shape);
  return within(key, shape, Math.sqrt(6 / (fanIn + fanOut)));
}

const checkTorchUniform = parameters("torchUniform", { key: kind.key, shape: kind.shape }, { fanIn: kind.positive });

/**
 * U(±1/√fanIn): what torch.nn.Linear and torch.nn.Conv2d draw their weights and biases from.
 *
 * @param options.fanIn - needed for a bias, whose shape does not show it. @defaultValue from `shape`
 * @example
 * ```ts
 * import { abs, evaluateReference, max, random } from "deconfound";
 * import { torchUniform } from "deconfound/nn";
 *
 * const weight = torchUniform(random.key(0), [100, 50]);
 * console.log((await evaluateReference(max(abs(weight))).item()).toFixed(2)); // 0.10
 * ```
 */
export function torchUniform(key: AnyTensor, shape: Shape, options: { fanIn?: number | undefined } = {}): Tensor {
  checkTorchUniform(arguments);
  return within(key, shape, 1 / Math.sqrt(options.fanIn ?? fansOf(shape).fanIn));
}

function chosenFan(shape: Shape, options: { fan?: "in" | "out" | undefined }): number {
  const { fanIn, fanOut } = fansOf(shape);
  return options.fan === "out" ? fanOut : fanIn;
}
