import { describe } from "./describe.ts";
import { holds } from "./dtype.ts";
import { ConfigError, DTypeError } from "./errors.ts";
import * as kind from "./kinds.ts";
import { cast } from "./ops/cast.ts";
import { concat } from "./ops/concat.ts";
import { arange } from "./ops/creation.ts";
import { add, bitXor, erfInv, less, mul, shiftRight, sub } from "./ops/elementwise.ts";
import { gather } from "./ops/gather.ts";
import { reshape } from "./ops/reshape.ts";
import type { Operand } from "./ops/signatures.ts";
import { slice } from "./ops/slice.ts";
import { argsort } from "./ops/sort.ts";
import { checkKey, threefry } from "./ops/threefry.ts";
import { optional, parameters, required } from "./parameters.ts";
import type { Repeat } from "./reshape-types.ts";
import type { Shape } from "./shape.ts";
import { checkShape, sizeOf } from "./shape.ts";
import type { Plain } from "./shape-types.ts";
import { captureSite } from "./site.ts";
import type { AnyTensor, Tensor } from "./tensor.ts";
import { formatType, hostLeaf } from "./tensor.ts";

// Counter-based and stateless: a key and a shape give the same numbers on every evaluator. Layouts and integers are
// those of JAX with jax_threefry_partitionable=True.

const checkSeed = parameters("random.key", { seed: kind.anyNumber });

/**
 * A key from a seed: u32[2], high word and low word.
 *
 * @param seed - integer, 0 … 2⁵³−1.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log(String(await evaluateReference(random.key(7)).data())); // 0,7
 * ```
 */
export function key(seed: number): Tensor<[2], "u32">;
export function key(seed: number): AnyTensor {
  checkSeed(arguments);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ConfigError(`random.key: ${seed} is not a seed`, ["expects an integer, 0 … 2^53 − 1"], captureSite());
  }
  return hostLeaf({ shape: [2], dtype: "u32" }, Uint32Array.of(Math.floor(seed / 2 ** 32), seed % 2 ** 32));
}

const checkSplit = parameters("random.split", { key: kind.key, count: optional(kind.number) });

/**
 * `count` independent keys from one. Use a key once: for numbers, or to be split.
 *
 * @defaultValue count 2
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 *
 * const [weights, noise] = random.split(random.key(0));
 * console.log(String(await evaluateReference(random.bits(weights, [1])).data())); // 3617712097
 * console.log(String(await evaluateReference(random.bits(noise, [1])).data())); // 31327077
 * ```
 */
export function split<const N extends number = 2>(from: AnyTensor, count?: N): Repeat<Tensor<[2], "u32">, N>;
export function split(from: AnyTensor, count = 2): AnyTensor[] {
  checkSplit(arguments);
  checkKey("split", from);
  checkShape("split", [count]);
  const [high, low] = threefry(from, count);
  return Array.from({ length: count }, (_, i) =>
    concat([slice(high, { start: i, stop: i + 1 }), slice(low, { start: i, stop: i + 1 })]),
  );
}

const checkFoldIn = parameters("random.foldIn", { key: kind.key, data: kind.operand });

/**
 * A key from a key and a number, such as a step counter.
 *
 * @param data - integer 0 … 2³²−1; or i32 or u32 of rank 0, as data of a compiled program. A number among a compiled function's
 *   arguments is an f32 tensor, which cannot hold every integer beyond 2²⁴, and is refused: pass `tensor(n, { dtype: "u32" })`.
 * @throws DTypeError for other tensors; ConfigError for other numbers.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * const step = random.foldIn(random.key(0), 12);
 * console.log(String(await evaluateReference(random.bits(step, [2])).data())); // 1304330427,2089817230
 * ```
 */
export function foldIn(from: AnyTensor, data: AnyTensor | number): Tensor<[2], "u32">;
export function foldIn(from: AnyTensor, data: AnyTensor | number): AnyTensor {
  checkFoldIn(arguments);
  checkKey("foldIn", from);
  return concat([...threefry(from, 1, typeof data === "number" ? checkCount(data) : checkCounter(data))]);
}

function checkCount(data: number): number {
  if (holds("u32", data)) return data;
  throw new ConfigError(
    `random.foldIn: data is ${describe(data)}`,
    ["expects an integer, 0 … 2^32 − 1"],
    captureSite(),
  );
}

function checkCounter(data: AnyTensor): AnyTensor {
  if (data.shape.length === 0 && (data.dtype === "i32" || data.dtype === "u32")) return cast(data, "u32");
  throw new DTypeError(
    `random.foldIn: data is ${formatType(data)}`,
    [
      "expects i32[] or u32[]; f32 has not every integer beyond 2^24",
      'pass tensor(n, { dtype: "u32" }): a number among a compiled function\'s arguments is f32[]',
    ],
    captureSite(),
  );
}

const checkBits = parameters("random.bits", { key: kind.key, shape: kind.shape });

/**
 * Uniform random u32 words.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log(String(await evaluateReference(random.bits(random.key(0), [2])).data())); // 4070199207,4202968722
 * ```
 */
export function bits<const S extends Shape>(from: AnyTensor, shape: S): Tensor<Plain<S>, "u32">;
export function bits(from: AnyTensor, shape: Shape): AnyTensor {
  checkBits(arguments);
  checkKey("bits", from);
  checkShape("bits", shape);
  const [high, low] = threefry(from, sizeOf(shape));
  return reshape(bitXor(high, low), shape);
}

/** The upper 23 bits, as i32. */
const mantissa = (from: AnyTensor, shape: Shape): AnyTensor => cast(shiftRight(bits(from, shape), 9), "i32");

const checkUniform = parameters(
  "random.uniform",
  { key: kind.key, shape: kind.shape },
  { from: kind.number, to: kind.number },
);

/**
 * f32 numbers uniform in [from, to): multiples of 2⁻²³ scaled to the range. Bit-exact between evaluators for the default range;
 * for others the last rounding is the evaluator's and may reach `to`.
 *
 * @param options.from - @defaultValue 0
 * @param options.to - @defaultValue 1
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log(String(await evaluateReference(random.uniform(random.key(0), [2])).data())); // 0.9476670026779175,0.9785798788070679
 * ```
 */
export function uniform<const S extends Shape>(
  source: AnyTensor,
  shape: S,
  options?: { from?: number | undefined; to?: number | undefined },
): Tensor<Plain<S>>;
export function uniform(
  source: AnyTensor,
  shape: Shape,
  options: { from?: number | undefined; to?: number | undefined } = {},
): AnyTensor {
  checkUniform(arguments);
  const { from = 0, to = 1 } = options;
  if (!(from <= to && Number.isFinite(to - from))) {
    throw new ConfigError(`random.uniform: from ${from} to ${to} is not a range`, ["expects from ≤ to"], captureSite());
  }
  const unit = mul(cast(mantissa(source, shape), "f32"), 2 ** -23);
  const scaled = to - from === 1 ? unit : mul(unit, to - from);
  return from === 0 ? scaled : add(scaled, from);
}

const checkNormal = parameters("random.normal", { key: kind.key, shape: kind.shape });

/**
 * Standard normal f32 numbers: √2·erf⁻¹(u), u uniform on the odd multiples of 2⁻²³ in (−1, 1); |x| < 5.3.
 *
 * Deviation: JAX takes u = k·2⁻²² − 1 rounded in f32; the odd multiples are symmetric and exact, so the tails do not depend on the
 * rounding of u. Elsewhere the numbers agree to about 1e-6.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log((await evaluateReference(random.normal(random.key(0), [])).item()).toFixed(4)); // 1.6226
 * ```
 */
export function normal<const S extends Shape>(source: AnyTensor, shape: S): Tensor<Plain<S>>;
export function normal(source: AnyTensor, shape: Shape): AnyTensor {
  checkNormal(arguments);
  const odd = sub(mul(mantissa(source, shape), 2), 2 ** 23 - 1);
  return mul(erfInv(mul(cast(odd, "f32"), 2 ** -23)), Math.SQRT2);
}

const checkBernoulli = parameters(
  "random.bernoulli",
  { key: kind.key, shape: kind.shape },
  { p: required(kind.operand) },
);

/**
 * bool, true with probability `p`.
 *
 * @param options.p - number or f32 tensor, broadcast against `shape`; in steps of 2⁻²³.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log(String(await evaluateReference(random.bernoulli(random.key(0), [6], { p: 0.5 })).data())); // 0,0,1,1,0,1
 * ```
 */
export function bernoulli<const S extends Shape>(
  source: AnyTensor,
  shape: S,
  options: { p: Operand },
): Tensor<Plain<S>, "bool">;
export function bernoulli(source: AnyTensor, shape: Shape, options: { p: Operand }): AnyTensor {
  checkBernoulli(arguments);
  if (typeof options.p === "number" && !(options.p >= 0 && options.p <= 1)) {
    throw new ConfigError(`random.bernoulli: p is ${options.p}`, ["expects 0 ≤ p ≤ 1"], captureSite());
  }
  return less(uniform(source, shape), options.p);
}

const checkPermutation = parameters("random.permutation", { key: kind.key, n: kind.number });

/**
 * The numbers 0 … n−1 in random order, i32[n]: sorted by random words, in enough rounds that ties do not matter.
 * @example
 * ```ts
 * import { evaluateReference, random } from "deconfound";
 * console.log(String(await evaluateReference(random.permutation(random.key(0), 5)).data())); // 0,1,4,3,2
 * ```
 */
export function permutation(source: AnyTensor, n: number): Tensor<[number], "i32">;
export function permutation(source: AnyTensor, n: number): AnyTensor {
  checkPermutation(arguments);
  checkShape("permutation", [n]);
  const rounds = Math.ceil((3 * Math.log(Math.max(1, n))) / Math.log(2 ** 32 - 1));
  let order = arange(n, { dtype: "i32" });
  let rest = source;
  for (let round = 0; round < rounds; round++) {
    const [next, now] = split(rest) as [AnyTensor, AnyTensor];
    order = gather(order, argsort(bits(now, [n])));
    rest = next;
  }
  return order;
}
