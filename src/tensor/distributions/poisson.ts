import { ConfigError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { apply1 } from "../op.ts";
import { stopGradientOp } from "../ops/identity.ts";
import {
  abs,
  add,
  broadcastTo,
  cast,
  div,
  exp,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  lgamma,
  log,
  logicalAnd,
  maximum,
  minimum,
  mul,
  neg,
  slice,
  sqrt,
  square,
  squeeze,
  sub,
  where,
} from "../ops/index.ts";
import { asTensors, checkDTypes } from "../ops/operand.ts";
import type { Operand } from "../ops/signatures.ts";
import { parameters, required } from "../parameters.ts";
import { split, uniform } from "../random.ts";
import type { Shape } from "../shape.ts";
import { broadcastShapes } from "../shape.ts";
import type { Plain } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";

const tries = 12; // accepted with probability 0.8 or more each: none of them in 4e-9 of cases
const small = 10; // below, the distribution function is inverted
const longest = 48; // terms of it: P(x ≥ 48) < 1e-16 for λ = 10

/** Counts the values whose distribution function lies at or below u. */
function byInversion(u: Tensor, rate: Tensor): Tensor {
  let term = exp(neg(rate));
  let below = term;
  let count: Tensor = mul(u, 0);
  for (let k = 1; k <= longest; k++) {
    count = add(count, cast(greaterEqual(u, below), "f32")) as Tensor;
    term = mul(term, div(rate, k)) as Tensor;
    below = add(below, term) as Tensor;
  }
  return count;
}

/** Hörmann's transformed rejection PTRS. */
function byRejection(us: Tensor, vs: Tensor, rate: Tensor): Tensor {
  const b = add(mul(sqrt(rate), 2.53), 0.931);
  const a = add(mul(b, 0.02483), -0.059);
  const inverse = add(div(1.1328, sub(b, 3.4)), 1.1239);
  const squeezed = sub(0.9277, div(3.6224, sub(b, 2)));
  let value: Tensor = floor(rate);
  for (let i = tries - 1; i >= 0; i--) {
    const at = (draws: Tensor): Tensor =>
      squeeze(slice(draws, { axis: 0, start: i, stop: i + 1 }), { axis: 0 }) as Tensor;
    const [u, v] = [sub(at(us), 0.5), at(vs)];
    const reach = sub(0.5, abs(u));
    const k = floor(add(add(mul(add(div(mul(a, 2), reach), b), u), rate), 0.43));
    const isQuick = logicalAnd(greaterEqual(reach, 0.07), lessEqual(v, squeezed));
    const isPossible = logicalAnd(greaterEqual(k, 0), greater(reach, 0));
    const left = log(div(mul(v, inverse), add(div(a, square(reach)), b)));
    const right = sub(sub(mul(k, log(rate)), rate), lgamma(add(maximum(k, 0), 1)));
    const isSlow = logicalAnd(isPossible, lessEqual(left, right));
    value = where(isQuick, k, where(isSlow, k, value) as Tensor) as Tensor;
  }
  return value;
}

const checkPoisson = parameters(
  "random.poisson",
  { key: kind.key, shape: kind.shape },
  { rate: required(kind.operand) },
);

/**
 * Poisson numbers of rate λ, f32. Below λ = 10 by inverting the distribution function, from there by transformed rejection with twelve
 * tries (in 4e-9 of cases none is accepted, and the number is ⌊λ⌋). Exact in f32 up to λ = 10⁴. No gradient.
 *
 * Deviation: JAX tries until one is accepted, so its numbers are others.
 *
 * @param options.rate - λ ≥ 0, number or f32 tensor, broadcast against `shape`.
 * @throws ConfigError for another number.
 * @see Hörmann 1993, algorithm PTRS
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log(String(await evaluateReference(random.poisson(random.key(0), [6], { rate: 3 })).data())); // 5,1,2,1,1,4
 * ```
 */
export function poisson<const S extends Shape>(
  source: AnyTensor,
  shape: S,
  options: { rate: Operand },
): Tensor<Plain<S>>;
export function poisson(source: AnyTensor, shape: Shape, options: { rate: Operand }): AnyTensor {
  checkPoisson(arguments);
  const { rate } = options;
  if (typeof rate === "number" && !(rate >= 0 && Number.isFinite(rate))) {
    throw new ConfigError(`random.poisson: rate is ${rate}`, ["expects a finite number ≥ 0"], captureSite());
  }
  const [x] = asTensors([rate]) as [AnyTensor];
  checkDTypes("random.poisson", [x], ["f32"]);
  broadcastShapes("random.poisson", shape, x.shape);
  const lambda = broadcastTo(apply1(stopGradientOp, [x], null), shape) as Tensor;
  const [inverted, first, second] = split(source, 3);
  const low = (): Tensor => byInversion(uniform(inverted, shape) as Tensor, minimum(lambda, small) as Tensor);
  const high = (): Tensor => {
    const draws = [tries, ...shape];
    const v = uniform(second, draws, { from: 2 ** -126 }) as Tensor;
    return byRejection(uniform(first, draws) as Tensor, v, maximum(lambda, small) as Tensor);
  };
  if (typeof rate === "number") return rate < small ? low() : high();
  return where(less(lambda, small), low(), high());
}
