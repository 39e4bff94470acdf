import { erf } from "../error-function.ts";
import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { abs, cast, erfInv, log, log1p, maximum, minimum, mul, neg, sign, sub, tan } from "../ops/index.ts";
import { parameters } from "../parameters.ts";
import { bernoulli, uniform } from "../random.ts";
import type { Shape } from "../shape.ts";
import type { Plain } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";

// Distributions that are one function of one uniform number. Formulas and ranges are JAX's, so a key gives the numbers it gives there.

const tiny = 2 ** -126; // the least normal f32: its logarithm is finite

const checkGumbel = parameters("random.gumbel", { key: kind.key, shape: kind.shape });

/**
 * Standard Gumbel numbers, f32: −ln(−ln u), u uniform in [2⁻¹²⁶, 1). Logits plus these are largest at a draw from their softmax.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.gumbel(random.key(0), [])).item()).toFixed(4)); // 2.9234
 * ```
 */
export function gumbel<const S extends Shape>(from: AnyTensor, shape: S): Tensor<Plain<S>>;
export function gumbel(from: AnyTensor, shape: Shape): AnyTensor {
  checkGumbel(arguments);
  return neg(log(neg(log(uniform(from, shape, { from: tiny })))));
}

const checkExponential = parameters("random.exponential", { key: kind.key, shape: kind.shape });

/**
 * Exponential numbers of rate 1, f32: −ln(1 − u), u uniform in [0, 1). Divide them by another rate.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.exponential(random.key(0), [])).item()).toFixed(4)); // 2.9501
 * ```
 */
export function exponential<const S extends Shape>(from: AnyTensor, shape: S): Tensor<Plain<S>>;
export function exponential(from: AnyTensor, shape: Shape): AnyTensor {
  checkExponential(arguments);
  return neg(log1p(neg(uniform(from, shape))));
}

const checkLaplace = parameters("random.laplace", { key: kind.key, shape: kind.shape });

/**
 * Laplace numbers of scale 1, f32: sign(u)·ln(1 − |u|), u uniform in (−1, 1).
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.laplace(random.key(0), [])).item()).toFixed(4)); // -2.2570
 * ```
 */
export function laplace<const S extends Shape>(from: AnyTensor, shape: S): Tensor<Plain<S>>;
export function laplace(from: AnyTensor, shape: Shape): AnyTensor {
  checkLaplace(arguments);
  const u = uniform(from, shape, { from: 2 ** -24 - 1, to: 1 });
  return mul(sign(u), log1p(neg(abs(u))));
}

const checkLogistic = parameters("random.logistic", { key: kind.key, shape: kind.shape });

/**
 * Logistic numbers of scale 1, f32: ln u − ln(1 − u), u uniform in [2⁻¹²⁶, 1).
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.logistic(random.key(0), [])).item()).toFixed(4)); // 2.8964
 * ```
 */
export function logistic<const S extends Shape>(from: AnyTensor, shape: S): Tensor<Plain<S>>;
export function logistic(from: AnyTensor, shape: Shape): AnyTensor {
  checkLogistic(arguments);
  const u = uniform(from, shape, { from: tiny });
  return sub(log(u), log1p(neg(u)));
}

const checkCauchy = parameters("random.cauchy", { key: kind.key, shape: kind.shape });

/**
 * Cauchy numbers of scale 1, f32: tan(π(u − ½)), u uniform in [2⁻²³, 1).
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.cauchy(random.key(0), [])).item()).toFixed(4)); // 6.0275
 * ```
 */
export function cauchy<const S extends Shape>(from: AnyTensor, shape: S): Tensor<Plain<S>>;
export function cauchy(from: AnyTensor, shape: Shape): AnyTensor {
  checkCauchy(arguments);
  return tan(mul(sub(uniform(from, shape, { from: 2 ** -23 }), 0.5), Math.PI));
}

const checkRademacher = parameters("random.rademacher", { key: kind.key, shape: kind.shape });

/**
 * −1 and 1 with probability ½ each, f32.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.rademacher(random.key(0), [])).item()).toFixed(4)); // -1.0000
 * ```
 */
export function rademacher<const S extends Shape>(from: AnyTensor, shape: S): Tensor<Plain<S>>;
export function rademacher(from: AnyTensor, shape: Shape): AnyTensor {
  checkRademacher(arguments);
  return sub(mul(cast(bernoulli(from, shape, { p: 0.5 }), "f32"), 2), 1);
}

const checkTruncated = parameters(
  "random.truncatedNormal",
  { key: kind.key, shape: kind.shape },
  { from: kind.number, to: kind.number },
);

/**
 * Standard normal numbers within (from, to), f32: √2·erf⁻¹(u), u uniform in [erf(from/√2), erf(to/√2)). Far out, where erf is ±1 in f32
 * (beyond ±5), nothing is left to draw from.
 *
 * @param options.from - @defaultValue −2
 * @param options.to - @defaultValue 2
 * @throws ConfigError unless from < to.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.truncatedNormal(random.key(0), [])).item()).toFixed(4)); // 1.4560
 * ```
 */
export function truncatedNormal<const S extends Shape>(
  source: AnyTensor,
  shape: S,
  options?: { from?: number | undefined; to?: number | undefined },
): Tensor<Plain<S>>;
export function truncatedNormal(
  source: AnyTensor,
  shape: Shape,
  options: { from?: number | undefined; to?: number | undefined } = {},
): AnyTensor {
  checkTruncated(arguments);
  const { from = -2, to = 2 } = options;
  if (!(from < to)) {
    throw new ConfigError(
      `random.truncatedNormal: from ${from} to ${to} is not a range`,
      ["expects from < to"],
      captureSite(),
    );
  }
  const u = uniform(source, shape, { from: erf(from * Math.SQRT1_2), to: erf(to * Math.SQRT1_2) });
  return maximum(minimum(mul(erfInv(u), Math.SQRT2), to), from);
}
