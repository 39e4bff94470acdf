import { grad } from "../../src/autodiff/grad.ts";
import {
  all,
  any,
  argmax,
  argmin,
  argsort,
  cast,
  cumsum,
  div,
  exp,
  eye,
  full,
  greater,
  log,
  logMeanExp,
  logSoftmax,
  logSumExp,
  max,
  maxPool2d,
  min,
  mul,
  pad,
  prod,
  reshape,
  softmax,
  softmaxCrossEntropy,
  sort,
  square,
  sub,
  sum,
  topK,
  where,
  zeros,
} from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

/** A function of arguments that a program gets as inputs, and the numbers that its tensors hold, one after another. */
export interface ExtremeCase {
  readonly what: string;
  readonly args: readonly AnyTensor[];
  readonly f: (...args: AnyTensor[]) => AnyTensor | readonly AnyTensor[];
  readonly want: readonly number[];
  /** What eager use says instead: the host knows the arguments there, and refuses them. */
  readonly refused?: RegExp;
  /** Of the values, relative. @defaultValue 2⁻²², two units in the last place */
  readonly tolerance?: number;
}

const f32 = (values: readonly number[], shape: readonly number[] = [values.length]): AnyTensor =>
  tensor(Float32Array.from(values), { shape }) as AnyTensor;
const i32 = (values: readonly number[]): AnyTensor => tensor(Int32Array.from(values)) as AnyTensor;
const gradient = (f: (x: AnyTensor) => AnyTensor): ((x: AnyTensor) => AnyTensor) =>
  grad((x: AnyTensor) => sum(f(x))) as (x: AnyTensor) => AnyTensor;
const weighted = (y: AnyTensor): AnyTensor => mul(y, f32(Array.from({ length: y.shape[0]! }, (_, i) => 10 ** i)));
const [NaN, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
const ln2 = Math.LN2;
const one = (
  what: string,
  f: ExtremeCase["f"],
  x: AnyTensor,
  want: readonly number[],
  tolerance?: number,
): ExtremeCase => ({
  ...{ what, f, args: [x], want },
  ...(tolerance === undefined ? {} : { tolerance }),
});

const long = Array.from({ length: 700 }, (_, i) => (i === 431 || i === 600 ? NaN : i % 50));
const image = (values: readonly number[]): AnyTensor => f32(values, [1, 2, values.length / 2, 1]);

export const extremeCases: readonly ExtremeCase[] = [
  // the largest and smallest: NaN wins, the first place takes index and gradient
  one("max and min of a NaN among numbers", (x) => [max(x), min(x)], f32([1, NaN, 3]), [NaN, NaN]),
  one("argmax and argmin name the first NaN", (x) => [argmax(x), argmin(x)], f32([3, NaN, 5, NaN]), [1, 1]),
  one("a NaN far into a long row", (x) => [max(x), argmax(x), min(x), argmin(x)], f32(long), [NaN, 431, NaN, 431]),
  one(
    "the gradient of max goes to the first NaN",
    gradient((x) => max(x)),
    f32([3, NaN, 5, NaN]),
    [0, 1, 0, 0],
  ),
  one("max of nothing but −∞", (x) => [max(x), argmax(x)], f32([-inf, -inf, -inf]), [-inf, 0]),
  one("min of nothing but ∞", (x) => [min(x), argmin(x)], f32([inf, inf, inf]), [inf, 0]),
  one(
    "the gradient of max, −∞ only, goes to the first",
    gradient((x) => max(x)),
    f32([-inf, -inf]),
    [1, 0],
  ),
  one(
    "the gradient of min, at a tie, goes to the first",
    gradient((x) => min(x)),
    f32([2, 1, 1]),
    [0, 1, 0],
  ),
  one(
    "max of a masked row beside one that is not",
    (x) => [max(x, { axis: 1 }), argmax(x, { axis: 1 })],
    f32([-inf, -inf, -inf, 2], [2, 2]),
    [-inf, 2, 0, 1],
  ),
  one("max over the leading axis", (x) => max(x, { axis: 0 }), f32([-inf, NaN, -inf, 2, -inf, 7, -inf, 1], [2, 4]), [
    -inf,
    NaN,
    -inf,
    2,
  ]),
  one(
    "the largest finite numbers",
    (x) => [max(x), min(x)],
    f32([3.4028234663852886e38, -3.4028234663852886e38, 0]),
    [3.4028234663852886e38, -3.4028234663852886e38],
  ),
  // pooling by the same rule
  one("max pooling of a NaN", (x) => maxPool2d(x, { size: 2 }), image([1, NaN, 5, 2, 3, 4, 6, 1]), [NaN, 6]),
  one("max pooling of nothing but −∞", (x) => maxPool2d(x, { size: 2 }), image([-inf, -inf, -inf, -inf]), [-inf]),
  one(
    "its gradient goes to the first NaN",
    gradient((x) => maxPool2d(x, { size: 2 })),
    image([9, NaN, NaN, 4]),
    [0, 1, 0, 0],
  ),
  one(
    "its gradient, −∞ only, goes to the first",
    gradient((x) => maxPool2d(x, { size: 2 })),
    image([-inf, -inf, -inf, -inf]),
    [1, 0, 0, 0],
  ),
  // sorts: NaN last
  one("sort puts NaN last", (x) => [sort(x), argsort(x)], f32([NaN, 3, -inf, NaN, inf, 1]), [
    -inf,
    1,
    3,
    inf,
    NaN,
    NaN,
    2,
    5,
    1,
    4,
    0,
    3,
  ]),
  one(
    "sort puts NaN last, descending too",
    (x) => [sort(x, { descending: true }), argsort(x, { descending: true })],
    f32([NaN, 3, -inf, NaN, inf, 1]),
    [inf, 3, 1, -inf, NaN, NaN, 4, 1, 5, 2, 0, 3],
  ),
  one(
    "topK prefers numbers to NaN",
    (x) => {
      const { values, indices } = topK(x, { k: 3 });
      return [values, indices];
    },
    f32([NaN, 1, NaN, 2]),
    [2, 1, NaN, 3, 1, 0],
  ),
  one(
    "the gradient of sort goes where NaN came from",
    gradient((x) => weighted(sort(x))),
    f32([NaN, 1, -inf]),
    [100, 10, 1],
  ),
  one("zeros of both signs are equal and keep their order", (x) => argsort(x), f32([0, -0, 0, -1]), [3, 0, 1, 2]),
  // sums, products, logic
  one("sum, mean-like and product of NaN and infinities", (x) => [sum(x), prod(x)], f32([inf, -inf, 1]), [NaN, -inf]),
  one("product of 0 and ∞", (x) => prod(x), f32([0, inf]), [NaN]),
  one("cumsum passes NaN on", (x) => cumsum(x), f32([1, inf, -inf, 2]), [1, inf, NaN, NaN]),
  one("any and all of comparisons with NaN", (x) => [any(greater(x, 0)), all(greater(x, 0))], f32([NaN, 1]), [1, 0]),
  // logarithms of sums: x − max first
  one("logSoftmax of large equal numbers", (x) => logSoftmax(x), f32([1e7, 1e7]), [-ln2, -ln2]),
  one("logSoftmax of [100, 90]", (x) => logSoftmax(x), f32([100, 90]), [
    -Math.log1p(Math.exp(-10)),
    -10 - Math.log1p(Math.exp(-10)),
  ]),
  one(
    "the gradient of logSoftmax at 1e8",
    gradient((x) => weighted(logSoftmax(x))),
    f32([1e8, 1e8]),
    [1 - 11 / 2, 10 - 11 / 2],
  ),
  one(
    "logSumExp's gradient at 1e6 sums to one",
    (x) => [gradient((y) => logSumExp(y))(x), sum(gradient((y) => logSumExp(y))(x))],
    f32([1e6, 1e6, 1e6 + 1]),
    [1, 1, Math.E, 2 + Math.E].map((p) => p / (2 + Math.E)),
  ),
  one(
    "logMeanExp's gradient at −1e7",
    gradient((x) => logMeanExp(x)),
    f32([-1e7, -1e7]),
    [0.5, 0.5],
  ),
  one(
    "logSumExp of nothing but −∞, and its gradient",
    (x) => [logSumExp(x), gradient((y) => logSumExp(y))(x)],
    f32([-inf, -inf]),
    [-inf, 0, 0],
  ),
  one(
    "logSumExp over an axis with one masked row",
    (x) => [logSumExp(x, { axis: 1 }), gradient((y) => logSumExp(y, { axis: 1 }))(x)],
    f32([-inf, -inf, 0, 0], [2, 2]),
    [-inf, ln2, 0, 0, 0.5, 0.5],
  ),
  one("logSumExp with ∞, and its gradient", (x) => [logSumExp(x), gradient((y) => logSumExp(y))(x)], f32([inf, 1]), [
    inf,
    NaN,
    0,
  ]),
  one("softmax and logSoftmax of a masked row", (x) => [softmax(x), logSoftmax(x)], f32([-inf, -inf]), [
    NaN,
    NaN,
    NaN,
    NaN,
  ]),
  one(
    "softmax with one masked place, and its gradient",
    (x) => [softmax(x), gradient((y) => weighted(softmax(y)))(x)],
    f32([0, -inf, 0]),
    [0.5, 0, 0.5, -24.75, 0, 24.75],
  ),
  one(
    "cross entropy of large logits, and its gradient",
    (x) => [softmaxCrossEntropy(x, i32([0, 1])), gradient((y) => softmaxCrossEntropy(y, i32([0, 1])))(x)],
    f32([1e7, 1e7, 1e8, 1e8], [2, 2]),
    [ln2, ln2, -0.5, 0.5, 0.5, -0.5],
  ),
  one("cross entropy of [100, 90]", (x) => softmaxCrossEntropy(x, i32([0])), f32([100, 90], [1, 2]), [
    Math.log1p(Math.exp(-10)),
  ]),
  one(
    "cross entropy of a certain class keeps its digits",
    (x) => softmaxCrossEntropy(x, i32([0, 1])),
    f32([40, 0, 0, 60], [2, 2]),
    [Math.exp(-40), Math.exp(-60)],
    2 ** -16, // exp of −60: 3 + 2|x| units in the last place
  ),
  one(
    "cross entropy of a class that cannot be",
    (x) => softmaxCrossEntropy(x, i32([1, 0])),
    f32([0, -inf, 0, -inf], [2, 2]),
    [inf, 0],
  ),
  {
    what: "cross entropy of labels outside: NaN, gradient too",
    refused: /outside/,
    args: [f32([0, 0, 0, 0, 0, 0], [3, 2]), i32([2, 1, -1])],
    f: (x, labels) => [softmaxCrossEntropy(x!, labels!), gradient((y) => softmaxCrossEntropy(y, labels!))(x!)],
    want: [NaN, ln2, NaN, NaN, NaN, 0.5, -0.5, NaN, NaN],
  },
  // numbers in formulas
  one(
    "a mask of −∞ in a formula",
    (f) => logSumExp(where(cast(eye(4), "bool"), -inf, f)),
    f32(new Array(16).fill(0), [4, 4]),
    [Math.log(12)],
  ),
  one(
    "numbers that come to infinity or NaN",
    (x) => [mul(x, exp(full([], 1000))), sub(x, log(zeros([1]))), mul(x, log(full([1], -1)))],
    f32([2]),
    [inf, inf, NaN],
  ),
  one("an f32 number beyond the range", (x) => [mul(x, 1e39), mul(x, -1e300)], f32([2]), [inf, -inf]),
  one("minus zero", (x) => [div(1, mul(x, -0)), div(1, where(greater(x, 0), -0, 1)), div(1, full([1], -0))], f32([2]), [
    -inf,
    -inf,
    -inf,
  ]),
  one("x + 0 where x is −0", (x) => [div(1, mul(sub(x, -0), 1)), div(1, sub(x, 0))], f32([-0]), [inf, -inf]),
  one(
    "padding with ±∞, NaN and −0",
    (x) => [
      pad(x, { padding: 1, value: -inf }),
      pad(x, { padding: 1, value: inf }),
      pad(x, { padding: 1, value: NaN }),
      div(1, pad(x, { padding: 1, value: -0 })),
    ],
    f32([5]),
    [-inf, 5, -inf, inf, 5, inf, NaN, 5, NaN, -inf, 0.2, -inf],
  ),
  one(
    "f16 numbers are rounded and stay in range",
    (x) => mul(x, cast(full([4], 2049, { dtype: "f16" }), "f32")),
    f32([1, 1, 1, 1]),
    [2048, 2048, 2048, 2048],
  ),
  {
    what: "extreme integers in formulas",
    args: [i32([-1, 0])],
    f: (x) => [sub(x!, -2147483648), sub(x!, 2147483647)],
    want: [2147483647, -2147483648, -2147483648, -2147483647],
  },
  one("squares that overflow", (x) => sum(square(x)), f32([3e38, 1]), [inf]),
  one("reshaped masks", (x) => max(reshape(x, [2, 2]), { axis: 0 }), f32([-inf, 1, -inf, NaN]), [-inf, NaN]),
];
