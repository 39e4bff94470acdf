import { grad } from "../../src/autodiff/grad.ts";
import * as ops from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

/** What an elementwise function gives of NaN, ±∞, −0, the ends of a range: the function, its arguments, the numbers wanted. */
export interface ElementwiseCase {
  readonly what: string;
  readonly args: readonly AnyTensor[];
  readonly f: (...args: AnyTensor[]) => AnyTensor | readonly AnyTensor[];
  readonly want: readonly number[];
  /** Relative. @defaultValue 0 */
  readonly tolerance: number;
  /** Infinite in f32, while float64 has room. */
  readonly overflows?: true;
}

const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
const largest = 3.4028234663852886e38;
const f32 = (...values: number[]): AnyTensor => tensor(Float32Array.from(values));
const i32 = (...values: number[]): AnyTensor => tensor(Int32Array.from(values));
const u32 = (...values: number[]): AnyTensor => tensor(Uint32Array.from(values));

type Unary = (x: AnyTensor) => AnyTensor | readonly AnyTensor[];
type Binary = (a: AnyTensor, b: AnyTensor) => AnyTensor | readonly AnyTensor[];

const of = (
  what: string,
  f: ElementwiseCase["f"],
  args: readonly AnyTensor[],
  want: number[],
  tolerance = 0,
): ElementwiseCase => ({ what, f, args, want, tolerance });
const one = (what: string, f: Unary, x: number[], want: number[], tolerance = 0): ElementwiseCase =>
  of(what, f as ElementwiseCase["f"], [f32(...x)], want, tolerance);
const two = (
  what: string,
  f: Binary,
  a: number[],
  b: number[],
  want: number[],
  tolerance = 0,
  leaf = f32,
): ElementwiseCase => of(what, f as ElementwiseCase["f"], [leaf(...a), leaf(...b)], want, tolerance);

/** The gradient of Σ f(x), taken `order` times. */
function derivative(f: Unary, order = 1): Unary {
  if (order === 0) return f;
  return derivative((x) => grad((y: AnyTensor) => ops.sum(f(y) as AnyTensor))(x) as AnyTensor, order - 1);
}

const signed = [nan, inf, -inf, 0, -2, 2];
const ends = [nan, inf, -inf, largest, -largest];
const steep = 2 ** -16; // exp2(y·log2 x)

const values: readonly ElementwiseCase[] = [
  one("relu", ops.relu, signed, [nan, inf, 0, 0, 0, 2]),
  one("leakyRelu", (x) => ops.leakyRelu(x, { slope: 0.5 }), signed, [nan, inf, -inf, 0, -1, 2]),
  one("clip", (x) => ops.clip(x, { min: -1, max: 1 }), signed, [nan, 1, -1, 0, -1, 1]),
  two("maximum", ops.maximum, [nan, 1, nan, inf, -inf, 3], [1, nan, nan, 1, 1, 3], [nan, nan, nan, inf, 1, 3]),
  two("minimum", ops.minimum, [nan, 1, nan, inf, -inf, 3], [1, nan, nan, 1, 1, 3], [nan, nan, nan, 1, -inf, 3]),
  one("maximum beside a number", (x) => [ops.maximum(x, 1), ops.maximum(1, x)], [nan, 0], [nan, 1, nan, 1]),
  one("minimum beside a number", (x) => [ops.minimum(x, 1), ops.minimum(1, x)], [nan, 2], [nan, 1, nan, 1]),
  one("tanh", ops.tanh, ends, [nan, 1, -1, 1, -1]),
  one("erf", ops.erf, ends, [nan, 1, -1, 1, -1]),
  one("sigmoid", ops.sigmoid, ends, [nan, 1, 0, 1, 0]),
  one("softplus", ops.softplus, ends, [nan, inf, 0, largest, 0]),
  one("logSigmoid", ops.logSigmoid, ends, [nan, 0, -inf, 0, -largest]),
  one("sign", ops.sign, signed, [nan, 1, -1, 0, -1, 1]),
  one("abs", ops.abs, signed, [nan, inf, inf, 0, 2, 2]),
  one("floor and round", (x) => [ops.floor(x), ops.round(x)], ends, [...ends, ...ends]),
  one("exp", ops.exp, ends, [nan, inf, 0, inf, 0].with(3, inf)),
  one("expm1", ops.expm1, [nan, inf, -inf, -largest], [nan, inf, -1, -1]),
  one("log", ops.log, [nan, inf, -1, 0, -0, -inf], [nan, inf, nan, -inf, -inf, nan]),
  one("log1p", ops.log1p, [nan, inf, -1, -2], [nan, inf, -inf, nan]),
  one("sqrt", ops.sqrt, [nan, inf, -1, 0, 4], [nan, inf, nan, 0, 2], 2 ** -21),
  one("rsqrt", ops.rsqrt, [nan, inf, -1, 0, 4], [nan, 0, nan, inf, 0.5], 2 ** -21),
  one("erfInv", ops.erfInv, [1, -1, 2, -1.5, nan, inf, 0], [inf, -inf, nan, nan, nan, nan, 0]),
  one(
    "isNaN, isInf, isFinite",
    (x) => [ops.isNaN(x), ops.isInf(x), ops.isFinite(x)],
    [nan, inf, -inf, largest],
    [...[1, 0, 0, 0], ...[0, 1, 1, 0], ...[0, 0, 0, 1]],
  ),
  one("ceil and trunc", (x) => [ops.ceil(x), ops.trunc(x)], ends, [...ends, ...ends]),
  one("exp2", ops.exp2, ends, [nan, inf, 0, inf, 0]),
  one("log2", ops.log2, [nan, inf, -1, 0, -0, 8], [nan, inf, nan, -inf, -inf, 3], 2 ** -22),
  one("sinh and cosh", (x) => [ops.sinh(x), ops.cosh(x)], [nan, inf, -inf, 0], [nan, inf, -inf, 0, nan, inf, inf, 1]),
  one("sinh and cosh near overflow", (x) => [ops.sinh(x), ops.cosh(x)], [89], [Math.sinh(89), Math.cosh(89)], 2 ** -14),
  one("asinh", ops.asinh, [nan, inf, -inf, largest], [nan, inf, -inf, Math.asinh(largest)], 2 ** -20),
  one("acosh", ops.acosh, [nan, inf, 0.5, -2, 1, largest], [nan, inf, nan, nan, 0, Math.acosh(largest)], 2 ** -20),
  two(
    "atan2 of zeros and infinities",
    ops.atan2,
    [0, 0, -0, -0, inf, inf, -inf, 1, 1, nan, 0, 1],
    [0, -0, 0, -0, inf, -inf, -inf, inf, -inf, 1, -1, 0],
    [0, 1, 0, -1, 0.25, 0.75, -0.75, 0, 1, nan, 1, 0.5].map((turn) => turn * Math.PI),
    2 ** -21,
  ),
  two("copySign", ops.copySign, [1, -1, inf, nan, 2, -2], [-0, 0, -1, -1, 3, -inf], [-1, 1, -inf, nan, 2, -2]),
  one(
    "lgamma",
    ops.lgamma,
    [nan, inf, -inf, 0, -1, -7, -(2 ** 30), 1e30],
    [nan, inf, inf, inf, inf, inf, inf, 6.8077553e31],
    1e-5,
  ),
  one(
    "digamma and trigamma at poles and ends",
    (x) => [ops.digamma(x), ops.polygamma(x, { order: 1 })],
    [nan, inf, 0, -1, -65],
    [nan, inf, -inf, -inf, nan, nan, 0, inf, inf, nan],
  ),
  one("NaN is equal to nothing", (x) => [ops.equal(x, x), ops.notEqual(x, x)], [nan, 1], [0, 1, 1, 0]),
  one(
    "NaN is neither below nor above",
    (x) => [ops.less(x, 1), ops.lessEqual(x, x), ops.greater(x, 1), ops.greaterEqual(x, x)],
    [nan],
    [0, 0, 0, 0],
  ),
  one("where takes a NaN condition for false", (x) => ops.where(ops.greater(x, 0), 1, 2), [nan], [2]),
  one("division", (x) => [ops.div(x, 0), ops.div(0, x)], [2, -2, 0, nan], [inf, -inf, nan, nan, 0, 0, nan, nan]),

  one("x − x and x + −x", (x) => [ops.sub(x, x), ops.add(x, ops.neg(x))], [nan, inf, 2], [nan, nan, 0, nan, nan, 0]),

  one("0 · x", (x) => [ops.mul(x, 0), ops.mul(0, x)], [nan, inf, -inf, 2], [nan, nan, nan, 0, nan, nan, nan, 0]),
  { ...one("√x² where x² overflows", (x) => ops.sqrt(ops.square(x)), [1e30, -2], [inf, 2], 2 ** -21), overflows: true },
];

const sineOf = (f: (x: number) => number, x: number[]): number[] => x.map(Math.fround).map(f);
const far = [3e4, 2e5, 5e5, 1e6, -1e8, 1e10, 1e22, -largest, 4.8428296e23, 16367173 * 2 ** 72];
const periodic: readonly ElementwiseCase[] = [
  one("sin far out", ops.sin, far, sineOf(Math.sin, far), 2 ** -18),
  one("cos far out", ops.cos, far, sineOf(Math.cos, far), 2 ** -18),
  one("sin and cos of ±∞", (x) => [ops.sin(x), ops.cos(x)], [inf, -inf, nan], [nan, nan, nan, nan, nan, nan]),
  one("|cos| ≤ 1", (x) => ops.lessEqual(ops.abs(ops.cos(x)), 1), [1e8, 1e12, largest], [1, 1, 1]),
];

const remainders: readonly ElementwiseCase[] = [
  two(
    "mod of f32",
    ops.mod,
    [1e8, 5, 5, -5, 5, inf, nan, 5, -6, 7, -7],
    [3, inf, 0, inf, -inf, 3, 1, nan, 3, -3, 3],
    [...[1, 5, nan, inf, -inf, nan, nan, nan, 0, -2, 2]],
  ),
  one("mod(−1e-8, 1) rounds to 1", (x) => ops.mod(x, 1), [-1e-8, -1e-30], [1, 1], 2 ** -24),
  two(
    "mod of far apart operands",
    ops.mod,
    [1e9, largest, 1e30],
    [Math.PI, 3, 7],
    [1e9, largest, 1e30].map((a, i) => {
      return Math.fround(a) % [Math.fround(Math.PI), 3, 7][i]!;
    }),
    2 ** -24,
  ),
  two(
    "floorDiv of f32",
    ops.floorDiv,
    [1, 6, 2.5, 1e10, 16777216, -7, 7, -7],
    [0.1, 0.1, 0.1, 3, 3, 3, -3, -3],
    [...[9, 59, 24, 3333333333, 5592405, -3, -3, 2]],
    2 ** -22,
  ),
  two(
    "floorDiv at the ends",
    ops.floorDiv,
    [5, -5, 0, inf, 5, -5, 5],
    [0, 0, 0, 3, inf, inf, nan],
    [...[inf, -inf, nan, nan, 0, -1, nan]],
  ),
  two(
    "mod of i32",
    ops.mod,
    [7, -7, 7, -7, -6, 5, -(2 ** 31)],
    [3, 3, -3, -3, 3, 0, -1],
    [1, 2, -2, -1, 0, 0, 0],
    0,
    i32,
  ),
  two(
    "floorDiv of i32",
    ops.floorDiv,
    [7, -7, 7, -7, 5, 2 ** 31 - 1],
    [3, 3, -3, -3, 0, 2],
    [...[2, -3, -3, 2, 0, 1073741823]],
    0,
    i32,
  ),
  two(
    "mod, floorDiv of u32",
    (a, b) => [ops.mod(a, b), ops.floorDiv(a, b)],
    [4294967295, 7],
    [10, 0],
    [...[5, 0, 429496729, 0]],
    0,
    u32,
  ),
];

const powers: readonly ElementwiseCase[] = [
  two(
    "pow of zeros and infinities",
    ops.pow,
    [0, -0, 0, -0, inf, -inf, -inf, inf, 0],
    [-1, -1, 2, 3, 2, 3, -3, -1, inf],
    [...[inf, -inf, 0, 0, inf, -inf, 0, 0, 0]],
  ),
  two(
    "pow of NaN and of 1",
    ops.pow,
    [nan, nan, 1, -1, 2, -8, -8],
    [0, 1, nan, inf, nan, 1 / 3, 2],
    [...[1, nan, nan, nan, nan, nan, 64]],
    steep,
  ),
  two(
    "pow to infinity",
    ops.pow,
    [2, 0.5, 2, 0.5, -2, 0],
    [inf, inf, -inf, -inf, inf, -inf],
    [inf, 0, 0, inf, inf, inf],
  ),
  one(
    "x⁰ has gradient 0",
    derivative((x) => ops.pow(x, 0)),
    [0, 2, inf],
    [0, 0, 0],
  ),
  one(
    "powers 1, 2, 3 at 0",
    (x) => [1, 2, 3].map((p) => derivative((y) => ops.pow(y, p))(x) as AnyTensor),
    [0],
    [1, 0, 0],
  ),
  one(
    "x⁴ derived five times",
    derivative((x) => ops.pow(x, 4), 5),
    [0, 2],
    [0, 0],
  ),
  one(
    "x⁴ derived four times",
    derivative((x) => ops.pow(x, 4), 4),
    [0, 2],
    [24, 24],
    steep,
  ),
  one(
    "√ as a power at 0",
    derivative((x) => ops.pow(x, 0.5)),
    [0],
    [inf],
  ),
  one(
    "Σ cₖxᵏ at 0 has gradient c₁",
    derivative((x) => ops.mul(f32(7, 5, 3, 2), ops.pow(x, f32(0, 1, 2, 3)))),
    [0],
    [5],
  ),
  of(
    "the gradient by the exponent at base 0",
    (b) => derivative((e) => ops.pow(f32(0, 0, 0, 0), e))(b!) as AnyTensor,
    [f32(0, 1, 2, -1)],
    [0, 0, 0, -inf],
  ),
  of(
    "the second gradient by the exponent at base 0",
    (b) => derivative((e) => ops.pow(f32(0, 0), e), 2)(b!) as AnyTensor,
    [f32(1, 2)],
    [0, 0],
  ),
];

const chain = (...dtypes: ("f16" | "u8" | "i32" | "u32" | "f32" | "bool")[]): Unary => {
  return (x) => dtypes.reduce<AnyTensor>((y, dtype) => ops.cast(y, dtype), x);
};
const casts: readonly ElementwiseCase[] = [
  one("f32 to i32 and back to f32", chain("i32", "f32"), [2.7, -2.7, -0.5], [2, -2, 0]),
  one(
    "f32 to i32",
    chain("i32"),
    [3e9, -3e9, inf, -inf, nan, 2147483520],
    [...[2147483647, -2147483648, 2147483647, -2147483648, 0, 2147483520]],
  ),
  one(
    "f32 to u32",
    chain("u32"),
    [1e20, -1, inf, -inf, nan, 4294967040],
    [4294967295, 0, 4294967295, 0, 0, 4294967040],
  ),
  one("f32 to u8", chain("u8"), [300, -5, 255.9, nan, inf, 0.4], [255, 0, 255, 0, 255, 0]),
  one("f32 through u8", chain("u8", "i32"), [300, -5, 255.9, nan, inf, 0.4], [255, 0, 255, 0, 255, 0]),
  one("f32 to bool", chain("bool"), [0, -0, 0.5, nan, inf], [0, 0, 1, 1, 1]),
  one(
    "f32 through f16",
    chain("f16", "f32"),
    [2049, 2051, 70000, -1e9, 65519, 0.1, 6e-8, 1e-9, inf, nan],
    [...[2048, 2052, 65504, -65504, 65504, 0.0999755859375, 2 ** -24, 0, 65504, nan]],
  ),
  one("f32 stored as f16", chain("f16"), [2049, 70000, 0.1, nan], [2048, 65504, 0.0999755859375, nan]),
  one("f16 to i32", chain("f16", "i32"), [2049.7, 1e6, nan], [2050, 65504, 0]),
  of("i32 through u8", (x) => chain("u8", "i32")(x!), [i32(300, -5, 7)], [255, 0, 7]),
  of("u32 through u8", (x) => chain("u8", "f32")(x!), [u32(300, 4294967295, 7)], [255, 255, 7]),
  of("i32 to u32 keeps the bits", (x) => chain("u32")(x!), [i32(-1, 5)], [4294967295, 5]),
  of("i32 through f16", (x) => chain("f16", "f32")(x!), [i32(2049, 100000)], [2048, 65504]),
];

export const elementwiseCases: readonly ElementwiseCase[] = [
  ...values,
  ...periodic,
  ...remainders,
  ...powers,
  ...casts,
];
