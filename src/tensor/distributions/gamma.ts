import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { apply1 } from "../op.ts";
import { stopGradientOp } from "../ops/identity.ts";
import {
  add,
  broadcastTo,
  cast,
  div,
  exp,
  greater,
  less,
  log,
  mul,
  softmax,
  sqrt,
  square,
  sub,
  where,
} from "../ops/index.ts";
import { asTensors, checkDTypes } from "../ops/operand.ts";
import { squeeze } from "../ops/reshape.ts";
import type { Operand } from "../ops/signatures.ts";
import { slice } from "../ops/slice.ts";
import { parameters, required } from "../parameters.ts";
import { normal, split, uniform } from "../random.ts";
import type { Shape } from "../shape.ts";
import { broadcastShapes } from "../shape.ts";
import type { Plain } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";

// The gamma distribution and what is made of it. The layout is our own: JAX tries until a number is accepted, a program here has a length.

const tries = 8; // each is accepted with probability 0.95 or more: none of them in 4e-11 of cases
const tiny = 2 ** -126;

/** A parameter > 0, spread over the shape; it is a constant of every derivative. */
function spread(name: string, parameter: string, value: Operand, shape: Shape): Tensor {
  if (typeof value === "number" && !(value > 0 && Number.isFinite(value))) {
    throw new ConfigError(`${name}: ${parameter} is ${value}`, ["expects a finite number > 0"], captureSite());
  }
  const [x] = asTensors([value]) as [AnyTensor];
  checkDTypes(name, [x], ["f32"]);
  broadcastShapes(name, shape, x.shape);
  return broadcastTo(apply1(stopGradientOp, [x], null), shape) as Tensor;
}

/** ln of gamma numbers: of small shapes the numbers themselves would be 0 in f32. */
function logGamma(source: AnyTensor, shape: Shape, alpha: Tensor): Tensor {
  const [normals, uniforms, boosts] = split(source, 3);
  const isSmall = less(alpha, 1);
  const d = sub(add(alpha, cast(isSmall, "f32")), 1 / 3);
  const c = div(1, sqrt(mul(d, 9)));
  const [x, u] = [normal(normals, [tries, ...shape]), uniform(uniforms, [tries, ...shape], { from: tiny })];
  let v: Tensor = broadcastTo(mul(c, 0), shape) as Tensor; // ln v
  for (let i = tries - 1; i >= 0; i--) {
    const at = (draws: AnyTensor): Tensor =>
      squeeze(slice(draws, { axis: 0, start: i, stop: i + 1 }), { axis: 0 }) as Tensor;
    const root = add(mul(at(x), c), 1);
    const isPositive = greater(root, 0);
    const logV = mul(log(where(isPositive, root, 1)), 3);
    const bound = add(mul(square(at(x)), 0.5), mul(d, add(sub(1, exp(logV)), logV)));
    const isAccepted = mul(cast(isPositive, "f32"), cast(less(log(at(u)), bound), "f32"));
    v = where(greater(isAccepted, 0), logV, v) as Tensor;
  }
  const boost = div(log(uniform(boosts, shape, { from: tiny })), alpha);
  return add(add(log(d), v), where(isSmall, boost, 0)) as Tensor;
}

const checkGamma = parameters("random.gamma", { key: kind.key, shape: kind.shape }, { alpha: required(kind.operand) });

/**
 * Gamma numbers of shape α and scale 1, f32. By Marsaglia and Tsang's rejection with eight tries: in 4e-11 of cases none is accepted, and
 * the number is α − ⅓. For α < 1 one of α + 1 times u^(1/α). No gradient.
 *
 * Deviation: JAX tries until one is accepted, so its numbers are others.
 *
 * @param options.alpha - α > 0, number or f32 tensor, broadcast against `shape`.
 * @throws ConfigError for another number.
 * @see Marsaglia & Tsang 2000
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.gamma(random.key(0), [], { alpha: 3 })).item()).toFixed(4)); // 4.6652
 * ```
 */
export function gamma<const S extends Shape>(
  source: AnyTensor,
  shape: S,
  options: { alpha: Operand },
): Tensor<Plain<S>>;
export function gamma(source: AnyTensor, shape: Shape, options: { alpha: Operand }): AnyTensor {
  checkGamma(arguments);
  return exp(logGamma(source, shape, spread("random.gamma", "alpha", options.alpha, shape)));
}

const checkBeta = parameters(
  "random.beta",
  { key: kind.key, shape: kind.shape },
  { a: required(kind.operand), b: required(kind.operand) },
);

/**
 * Beta numbers in [0, 1], f32: x/(x + y) of gamma numbers x of shape a and y of shape b. No gradient.
 *
 * @param options.a - > 0, number or f32 tensor, broadcast against `shape`.
 * @param options.b - likewise.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.beta(random.key(0), [], { a: 2, b: 3 })).item()).toFixed(4)); // 0.2551
 * ```
 */
export function beta<const S extends Shape>(
  source: AnyTensor,
  shape: S,
  options: { a: Operand; b: Operand },
): Tensor<Plain<S>>;
export function beta(source: AnyTensor, shape: Shape, options: { a: Operand; b: Operand }): AnyTensor {
  checkBeta(arguments);
  const [first, second] = split(source);
  const x = logGamma(first, shape, spread("random.beta", "a", options.a, shape));
  const y = logGamma(second, shape, spread("random.beta", "b", options.b, shape));
  return div(1, add(1, exp(sub(y, x))));
}

const checkDirichlet = parameters("random.dirichlet", { key: kind.key, alpha: kind.tensor }, { shape: kind.shape });

/**
 * Dirichlet vectors, f32: gamma numbers of shapes αᵢ over their sum. No gradient.
 *
 * @param alpha - `(…, k)`, f32, > 0.
 * @param options.shape - of several draws, in front of the shape of `alpha`. @defaultValue []
 * @returns `(…shape, …, k)`; the last axis sums to 1.
 * @example
 * ```ts
 * import { evaluateReference, random, sum, tensor } from "deconfound";
 * const p = random.dirichlet(random.key(0), tensor([1, 2, 3]));
 * console.log((await evaluateReference(sum(p)).item()).toFixed(4)); // 1.0000
 * ```
 */
export function dirichlet(source: AnyTensor, alpha: AnyTensor, options: { shape?: Shape | undefined } = {}): Tensor {
  checkDirichlet(arguments);
  const shape = [...(options.shape ?? []), ...alpha.shape];
  return softmax(logGamma(source, shape, spread("random.dirichlet", "alpha", alpha, shape)));
}

const checkStudentT = parameters(
  "random.studentT",
  { key: kind.key, shape: kind.shape },
  { df: required(kind.operand) },
);

/**
 * Student's t numbers with ν degrees of freedom, f32: z·√(ν/2 / g), z standard normal, g gamma of shape ν/2. No gradient by ν.
 *
 * @param options.df - ν > 0, number or f32 tensor, broadcast against `shape`.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.studentT(random.key(0), [], { df: 3 })).item()).toFixed(4)); // 1.0411
 * ```
 */
export function studentT<const S extends Shape>(
  source: AnyTensor,
  shape: S,
  options: { df: Operand },
): Tensor<Plain<S>>;
export function studentT(source: AnyTensor, shape: Shape, options: { df: Operand }): AnyTensor {
  checkStudentT(arguments);
  const [normals, gammas] = split(source);
  const half = mul(spread("random.studentT", "df", options.df, shape), 0.5);
  return mul(normal(normals, shape) as AnyTensor, exp(mul(sub(log(half), logGamma(gammas, shape, half)), 0.5)));
}
