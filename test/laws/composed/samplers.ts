import * as d from "../../../src/index.ts";
import { erf, erfInv } from "../../../src/tensor/error-function.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { threefryBlock } from "../../../src/tensor/threefry.ts";
import type { Composed } from "./composed.ts";
import { row, still } from "./composed.ts";

// The numbers of a key by formula: words of Threefry at counters 0, 1, 2 … in JAX's partitionable layout, then the distribution's function.

const seed = 11;
const key = d.random.key(seed);
const count = 6;
type Pair = readonly [number, number];
const block = (from: Pair, counter: number): Pair => {
  const [high, low] = threefryBlock([from[0], from[1]], [0, counter]);
  return [high! >>> 0, low! >>> 0];
};
const own: Pair = [0, seed];
const part = (index: number): Pair => block(own, index);
const words = (from: Pair, n = count): number[] =>
  Array.from({ length: n }, (_, i) => block(from, i)).map(([high, low]) => (high ^ low) >>> 0);
const units = (from: Pair = own, n = count): number[] => words(from, n).map((word) => Math.floor(word / 512) / 2 ** 23);

const made = (name: string, f: () => unknown, want: readonly number[]): Composed =>
  still(`random.${name}`, [], f as () => unknown, want);
const of = (name: string, sample: (key: d.Tensor<[2], "u32">, shape: number[]) => unknown, by: (u: number) => number) =>
  made(name, () => sample(key, [2, 3]), units().map(by));

const rate = [0.2, 0.5, 0.3];
const gumbels = (n: number): number[] => units(own, n).map((u) => -Math.log(-Math.log(u)));
const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values));
const span = 1000;
/** (1, −3) + L·z, L = [[2, 0], [1, 3]]. */
const normals = units().map((u) => Math.SQRT2 * erfInv(Math.fround(2 * u + (2 ** -24 - 1))));
const correlated = [0, 2, 4].flatMap((i) => [1 + 2 * normals[i]!, -3 + normals[i]! + 3 * normals[i + 1]!]);

export const samplers: readonly Composed[] = [
  of("gumbel", d.random.gumbel, (u) => -Math.log(-Math.log(u))),
  of("exponential", d.random.exponential, (u) => -Math.log1p(-u)),
  of("laplace", d.random.laplace, (u) => {
    const x = Math.fround(2 * u + (2 ** -24 - 1));
    return Math.sign(x) * Math.log1p(-Math.abs(x));
  }),
  of("logistic", d.random.logistic, (u) => Math.log(u / (1 - u))),
  of("cauchy", d.random.cauchy, (u) => Math.tan(Math.PI * (u * (1 - 2 ** -23) + 2 ** -23 - 0.5))),
  of("rademacher", d.random.rademacher, (u) => (u < 0.5 ? 1 : -1)),
  of("truncatedNormal", d.random.truncatedNormal, (u) => {
    const end = erf(Math.SQRT2);
    return Math.SQRT2 * erfInv(end * (2 * u - 1));
  }),
  row(
    "random.multivariateNormal",
    [
      d.tensor([1, -3]),
      d.tensor([
        [4, 2],
        [2, 10],
      ]),
    ],
    (mean, covariance) =>
      d.random.multivariateNormal(key, mean!, { factor: d.cholesky(covariance as Tensor), shape: [3] }),
    correlated,
  ),
  row(
    "random.multivariateNormal of a batch",
    [
      d.tensor([
        [1, -3],
        [0, 0],
        [0, 0],
      ]),
      d.tensor([
        [
          [2, 0],
          [1, 3],
        ],
      ]),
    ],
    (mean, factor) => d.random.multivariateNormal(key, mean!, { factor: factor! }),
    correlated.map((x, i) => (i < 2 ? x : i % 2 === 0 ? x - 1 : x + 3)),
  ),
  made("randint", () => d.random.randint(key, [count], { from: -500, to: 500 }), [
    ...words(part(1)).map((low, i) => {
      const high = words(part(0))[i]!;
      const multiplier = (2 ** 16 % span) ** 2 % span;
      return (((high % span) * multiplier + (low % span)) % span) - 500;
    }),
  ]),
  made(
    "randint of long ranges",
    () => d.random.randint(key, [count], { to: 2 ** 30 }),
    words(part(1)).map((w) => w % 2 ** 30),
  ),
  made("categorical", () => d.random.categorical(key, d.log(d.tensor(rate)), { shape: [4] }), [
    ...[0, 1, 2, 3].map((row) => largest(rate.map((p, i) => Math.log(p) + gumbels(12)[3 * row + i]!))),
  ]),
  made(
    "choice",
    () => d.random.choice(key, 10, [count]),
    words(part(1)).map((low, i) => {
      const multiplier = (2 ** 16 % 10) ** 2 % 10;
      return ((words(part(0))[i]! % 10) * multiplier + (low % 10)) % 10;
    }),
  ),
  made("choice without replacement", () => d.random.choice(key, 5, [2, 2], { replace: false }), [
    ...words(part(1), 5)
      .map((word, i) => ({ word, i }))
      .sort((x, y) => x.word - y.word)
      .slice(0, 4)
      .map(({ i }) => i),
  ]),
  made(
    "choice by probabilities",
    () => d.random.choice(key, 3, [count], { p: d.tensor(rate) }),
    units().map((u) => {
      const place = 1 - u;
      return [0.2, 0.7].filter((end) => end < place).length;
    }),
  ),
  made(
    "choice by probabilities, without replacement",
    () => d.random.choice(key, 3, [2], { p: d.tensor(rate), replace: false }),
    [
      ...[0, 1, 2]
        .sort((i, j) => Math.log(rate[j]!) + gumbels(3)[j]! - Math.log(rate[i]!) - gumbels(3)[i]!)
        .slice(0, 2),
    ],
  ),
];
