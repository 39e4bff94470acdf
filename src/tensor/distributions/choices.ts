import { holds } from "../dtype.ts";
import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { add, argmax, cast, cumsum, log, mod, mul, reshape, searchSorted, slice, sub, topK } from "../ops/index.ts";
import { checkDTypes, checkRank } from "../ops/operand.ts";
import { optional, parameters, required } from "../parameters.ts";
import { bits, permutation, split, uniform } from "../random.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import type { Plain } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { gumbel } from "./transformed.ts";

// Distributions over integers and over given things. Layouts are JAX's.

const checkRandint = parameters(
  "random.randint",
  { key: kind.key, shape: kind.shape },
  { from: kind.integer, to: required(kind.integer) },
);

/**
 * Integers uniform in from … to − 1, i32: two random words each. No number is more than (to − from)/2³² more likely than
 * another.
 *
 * @param options.from - @defaultValue 0
 * @param options.to - > from.
 * @throws ConfigError for an empty range, or one that i32 does not hold.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log(String(await evaluateReference(random.randint(random.key(0), [6], { to: 10 })).data())); // 9,0,2,3,1,7
 * ```
 */
export function randint<const S extends Shape>(
  source: AnyTensor,
  shape: S,
  options: { from?: number | undefined; to: number },
): Tensor<Plain<S>, "i32">;
export function randint(
  source: AnyTensor,
  shape: Shape,
  options: { from?: number | undefined; to: number },
): AnyTensor {
  checkRandint(arguments);
  const { from = 0, to } = options;
  if (!(from < to && holds("i32", from) && holds("i32", to - 1) && holds("u32", to - from))) {
    throw new ConfigError(
      `random.randint: from ${from} to ${to} is not a range of i32`,
      ["expects from < to"],
      captureSite(),
    );
  }
  const span = to - from;
  const half = 2 ** 16 % span;
  const multiplier = (half ** 2 % 2 ** 32) % span; // in 32 bits, as JAX: spans beyond 2¹⁶ take the lower word alone
  const [high, low] = split(source).map((key) => mod(bits(key, shape), span)) as [AnyTensor, AnyTensor];
  return add(cast(mod(add(mul(high, multiplier), low), span), "i32"), from);
}

const checkCategorical = parameters(
  "random.categorical",
  { key: kind.key, logits: kind.tensor },
  { axis: kind.axis, shape: kind.shape },
);

/**
 * Positions along an axis, i32, each with the probability of its softmax: where logits plus Gumbel numbers are largest.
 *
 * @param logits - f32; they need not be normalized, −∞ is never drawn.
 * @param options.axis - it goes away. @defaultValue −1
 * @param options.shape - of several draws per row, in front of what is left of the logits. @defaultValue []
 * @example
 * ```ts
 * import { evaluateReference, random, tensor } from "deconfound";
 * const logits = tensor([0, 5, 0]);
 * console.log(String(await evaluateReference(random.categorical(random.key(0), logits, { shape: [4] })).data())); // 1,1,1,1
 * ```
 */
export function categorical(
  source: AnyTensor,
  logits: AnyTensor,
  options: { axis?: number | undefined; shape?: Shape | undefined } = {},
): Tensor<Shape, "i32"> {
  checkCategorical(arguments);
  checkDTypes("categorical", [logits], ["f32"]);
  const { shape = [] } = options;
  const axis = normalizeAxis("categorical", options.axis ?? -1, logits.shape.length) + shape.length;
  const noise = gumbel(source, [...shape, ...logits.shape]);
  return argmax(add(noise as AnyTensor, logits), { axis }) as Tensor<Shape, "i32">;
}

const checkChoice = parameters(
  "random.choice",
  { key: kind.key, n: kind.count, shape: optional(kind.shape) },
  { replace: kind.flag, p: kind.tensor },
);

/**
 * Random ones of 0 … n − 1, i32. Take things by them: `take(things, random.choice(key, n, [k]))`.
 *
 * @param n - ≥ 1, unless nothing is drawn.
 * @param shape - of the result. @defaultValue [], one number
 * @param options.replace - whether a number may come more than once. Without, the shape holds at most n. @defaultValue true
 * @param options.p - `(n)`, f32, ≥ 0: probabilities, which need not sum to 1. @defaultValue equal ones
 * @throws ConfigError for more numbers than there are; ShapeError for another shape of `p`.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * const three = random.choice(random.key(0), 10, [3], { replace: false });
 * console.log(String(await evaluateReference(three).data())); // 0,1,8
 * ```
 */
export function choice<const S extends Shape = []>(
  source: AnyTensor,
  n: number,
  shape?: S,
  options?: { replace?: boolean | undefined; p?: AnyTensor | undefined },
): Tensor<Plain<S>, "i32">;
export function choice(
  source: AnyTensor,
  n: number,
  shape: Shape = [],
  options: { replace?: boolean | undefined; p?: AnyTensor | undefined } = {},
): AnyTensor {
  checkChoice(arguments);
  const { replace = true, p } = options;
  const count = sizeOf(shape);
  if (count > 0 && (n === 0 || (!replace && count > n))) {
    throw new ConfigError(
      `random.choice: ${count} of ${n}${replace ? "" : " without replacement"}`,
      [`expects at most ${n}`],
      captureSite(),
    );
  }
  if (p !== undefined) {
    checkDTypes("random.choice", [p], ["f32"]);
    checkRank("random.choice", p, 1);
    if (p.shape[0] !== n) {
      throw new ConfigError(`random.choice: ${p.shape[0]} probabilities for ${n}`, [], captureSite());
    }
  }
  const flat = [count];
  const drawn = (): AnyTensor => {
    if (p === undefined) return replace ? randint(source, flat, { to: Math.max(n, 1) }) : permutation(source, n);
    if (!replace) return topK(add(gumbel(source, [n]) as AnyTensor, log(p as Tensor)) as Tensor, { k: count }).indices;
    const ends = cumsum(p as Tensor);
    const places = mul(slice(ends, { start: n - 1 }), sub(1, uniform(source, flat)));
    return searchSorted(ends, places); // a place on an end belongs to what ends there
  };
  return reshape<AnyTensor, Shape>(slice(drawn(), { stop: count }), shape);
}
