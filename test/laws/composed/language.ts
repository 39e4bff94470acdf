import * as d from "../../../src/index.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import type { Composed } from "./composed.ts";
import { row, still } from "./composed.ts";

type Numbers = readonly number[];
const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
const v = (...values: number[]): Tensor => d.tensor(Float32Array.from(values));
const grid = (values: Numbers, ...shape: number[]): Tensor => d.tensor(Float32Array.from(values), { shape });

const a = [0.75, -1.5, 0.25, 2, -0.5, 1.25];
const b = [1.5, 0.5, -2, 0.75, 1, -0.25];
const inside = [0.75, -0.5, 0.25, -0.125];
const [a23, b23] = [grid(a, 2, 3), grid(b, 2, 3)];
const positive = [0.5, 1.5, 2.25, 4];

/** An elementwise function beside the same of JavaScript. */
const each = (name: string, f: (x: Tensor) => unknown, js: (x: number) => number, at: Numbers = a): Composed =>
  row(name, [v(...at)], f, at.map(js));
const pairs = (name: string, f: (x: Tensor, y: Tensor) => unknown, js: (x: number, y: number) => number) =>
  row(
    name,
    [v(...a), v(...b)],
    f,
    a.map((x, i) => js(x, b[i]!)),
  );

const elementwise: readonly Composed[] = [
  each("reciprocal", d.reciprocal, (x) => 1 / x),
  each("log10", d.log10, Math.log10, positive),
  each("tan", d.tan, Math.tan),
  each("atan", d.atan, Math.atan),
  each("asin", d.asin, Math.asin, inside),
  each("acos", d.acos, Math.acos, inside),
  each("atanh", d.atanh, Math.atanh, inside),
  still("asin, acos, atanh beyond", [v(1, -1, 2)], (x) => [d.asin(x!), d.acos(x!), d.atanh(x!)], [
    ...[Math.PI / 2, -Math.PI / 2, nan, 0, Math.PI, nan, inf, -inf, nan],
  ]),
  still("atan at the ends", [v(inf, -inf, nan)], (x) => d.atan(x!), [Math.PI / 2, -Math.PI / 2, nan]),
  row("digamma", [v(1, 0.5, 2, -0.5)], (x) => d.digamma(x!), [
    // −γ, −γ − 2 ln 2, 1 − γ, ψ(½) + 2
    ...[-0.5772156649015329, -1.9635100260214235, 0.42278433509846713, 0.03648997397857652],
  ]),
  row("polygamma", [v(1, 0.5, 3)], (x) => [d.polygamma(x!, { order: 1 }), d.polygamma(x!, { order: 2 })], [
    // π²/6, π²/2, π²/6 − 5/4; −2ζ(3), −14ζ(3), −2ζ(3) + 9/4
    ...[Math.PI ** 2 / 6, Math.PI ** 2 / 2, Math.PI ** 2 / 6 - 1.25],
    ...[-2.4041138063191885, -16.82879664423432, -0.1541138063191885],
  ]),
  pairs("hypot", d.hypot, Math.hypot),
  still("hypot at ends", [v(1e30, 0, inf, nan, 1e-25), v(1e30, 0, 1, 1, 0)], (x, y) => d.hypot(x!, y!), [
    ...[Math.fround(1e30) * Math.SQRT2, 0, inf, nan, Math.fround(1e-25)],
  ]),
  pairs("logAddExp", d.logAddExp, (x, y) => Math.log(Math.exp(x) + Math.exp(y))),
  row("logAddExp of equal numbers", [v(1, -2), v(1, -2)], (x, y) => d.logAddExp(x!, y!), [1 + Math.LN2, -2 + Math.LN2]),
  still(
    "logAddExp of infinities",
    [v(-inf, -inf, inf, inf, 3, nan), v(-inf, 2, inf, -inf, -inf, 1)],
    (x, y) => {
      return d.logAddExp(x!, y!);
    },
    [-inf, 2, inf, inf, 3, nan],
  ),
  still("signBit", [v(2, -3, 0, -0, inf, -inf)], (x) => d.cast(d.signBit(x!), "f32"), [0, 1, 0, 1, 0, 1]),
  still("nanToNum", [v(nan, inf, -inf, 2)], (x) => d.nanToNum(x!, { nan: 7, posInf: 8, negInf: 9 }), [7, 8, 9, 2]),
];

const mean = (x: Numbers): number => x.reduce((s, y) => s + y, 0) / x.length;
const spread = (x: Numbers): number => Math.sqrt(mean(x.map((y) => (y - mean(x)) ** 2)));
const rows = (x: Numbers, width: number): number[][] =>
  Array.from({ length: x.length / width }, (_, i) => x.slice(i * width, (i + 1) * width));
const covariance = (x: Numbers, y: Numbers, less: number): number =>
  x.reduce((s, value, i) => s + (value - mean(x)) * (y[i]! - mean(y)), 0) / (x.length - less);
const [a0, a1] = rows(a, 3) as [number[], number[]];
const pairsOf = (f: (x: Numbers, y: Numbers) => number): number[] =>
  [a0, a1].flatMap((x) => [a0, a1].map((y) => f(x, y)));
const distance = (p: number) => (x: Numbers, y: Numbers) =>
  x.reduce((s, value, i) => s + Math.abs(value - y[i]!) ** p, 0) ** (1 / p);

const statistics: readonly Composed[] = [
  row("std", [a23], (x) => d.std(x!, { axis: 1 }), [spread(a0), spread(a1)]),
  still("std of equal numbers has gradient 0", [v(2, 2)], (x) => d.grad((y: Tensor) => d.std(y))(x!), [0, 0]),
  row("norm", [a23], (x) => d.norm(x!, { axis: 1 }), [Math.hypot(...a0), Math.hypot(...a1)]),
  row("norm of order 1 and 3", [a23], (x) => [1, 3].map((ord) => d.norm(x!, { ord })), [
    ...[1, 3].map((p) => a.reduce((s, x) => s + Math.abs(x) ** p, 0) ** (1 / p)),
  ]),
  still("norm of order 0, ∞, −∞", [v(3, 0, -4)], (x) => [0, inf, -inf].map((ord) => d.norm(x!, { ord })), [2, 4, 0]),
  still("norm at 0 has gradient 0", [v(0, 0)], (x) => [d.grad((y: Tensor) => d.norm(y))(x!), d.norm(x!)], [0, 0, 0]),
  still("norm of NaN", [v(nan, 1)], (x) => d.norm(x!), [nan]),
  row("pairwiseDistance", [a23, b23], (x, y) => [d.pairwiseDistance(x!, y!), d.pairwiseDistance(x!, y!, { ord: 3 })], [
    ...[2, 3].flatMap((p) => rows(a, 3).flatMap((x) => rows(b, 3).map((y) => distance(p)(x, y)))),
  ]),
  row("pairwiseDistance squared", [a23], (x) => d.pairwiseDistance(x!, x!, { squared: true }), [
    ...pairsOf((x, y) => distance(2)(x, y) ** 2),
  ]),
  row("cov", [a23], (x) => [d.cov(x!), d.cov(d.transpose(x!), { rowVar: false, correction: 0 })], [
    ...pairsOf((x, y) => covariance(x, y, 1)),
    ...pairsOf((x, y) => covariance(x, y, 0)),
  ]),
  row(
    "corrcoef",
    [a23],
    (x) => d.corrcoef(x!),
    pairsOf((x, y) => covariance(x, y, 0) / spread(x) / spread(y)),
  ),
  still("count", [grid([1, 0, nan, 0, 0, 2], 2, 3)], (x) => [d.count(x!), d.count(d.greater(x!, 1), { axis: 1 })], [
    ...[3, 0, 1],
  ]),
];

const layout: readonly Composed[] = [
  still("zerosLike, onesLike, fullLike", [v(5, 6)], (x) => [d.zerosLike(x!), d.onesLike(x!), d.fullLike(x!, 3)], [
    ...[0, 0, 1, 1, 3, 3],
  ]),
  still("linspace", [], () => [d.linspace(1, 2, { count: 3 }), d.linspace(0, 1, { count: 2, endpoint: false })], [
    ...[1, 1.5, 2, 0, 0.5],
  ]),
  still("linspace of one and none", [], () => [d.linspace(4, 9, { count: 1 }), d.linspace(1, 2, { count: 0 })], [4]),
  row("meshgrid", [v(1, 2), v(5, 6, 7)], (x, y) => [d.meshgrid([x!, y!]), d.meshgrid([x!, y!], { indexing: "ij" })], [
    ...[1, 2, 1, 2, 1, 2, 5, 5, 6, 6, 7, 7, 1, 1, 1, 2, 2, 2, 5, 6, 7, 5, 6, 7],
  ]),
  row(
    "broadcastTensors",
    [v(1, 2), grid([3, 4], 2, 1)],
    (x, y) => d.broadcastTensors([x!, y!]),
    [1, 2, 1, 2, 3, 3, 4, 4],
  ),
  row("tril", [a23], (x) => [d.tril(x!), d.tril(x!, { offset: 1 })], [
    ...[0.75, 0, 0, 2, -0.5, 0, 0.75, -1.5, 0, 2, -0.5, 1.25],
  ]),
  row("triu", [a23], (x) => [d.triu(x!), d.triu(x!, { offset: -1 })], [
    ...[0.75, -1.5, 0.25, 0, -0.5, 1.25, 0.75, -1.5, 0.25, 2, -0.5, 1.25],
  ]),
  still("tril and triu far off", [a23], (x) => [d.tril(x!, { offset: -5 }), d.triu(x!, { offset: -5 })], [
    ...a.map(() => 0),
    ...a,
  ]),
  row("diag", [grid([1, 2, 3, 4], 2, 2)], (x) => d.diag(x!), [1, 0, 0, 2, 3, 0, 0, 4]),
  row("trace", [grid([1, 2, 3, 4, 5, 6, 7, 8], 2, 2, 2)], (x) => d.trace(x!), [5, 13]),
  row(
    "matrixTranspose",
    [a23],
    (x) => d.matrixTranspose(x!),
    [0, 3, 1, 4, 2, 5].map((i) => a[i]!),
  ),
  row(
    "moveAxis",
    [grid(a, 1, 2, 3)],
    (x) => d.moveAxis(x!, { from: -1, to: 0 }),
    [0, 3, 1, 4, 2, 5].map((i) => a[i]!),
  ),
  row(
    "swapAxes",
    [grid(a, 3, 1, 2)],
    (x) => d.swapAxes(x!, { axes: [0, 2] }),
    [0, 2, 4, 1, 3, 5].map((i) => a[i]!),
  ),
  row("ravel", [a23], (x) => d.ravel(x!), a),
  row("split", [a23], (x) => [d.split(x!, { count: 3, axis: 1 }), d.split(x!, { sizes: [0, 2] })], [
    ...[0.75, 2, -1.5, -0.5, 0.25, 1.25],
    ...a,
  ]),
  row(
    "unstack",
    [a23],
    (x) => d.unstack(x!, { axis: -1 }),
    [0, 3, 1, 4, 2, 5].map((i) => a[i]!),
  ),
  row(
    "repeat",
    [grid([1, 2, 3, 4], 2, 2)],
    (x) => [d.repeat(x!, { repeats: 2 }), d.repeat(x!, { repeats: 2, axis: 1 })],
    [...[1, 2, 1, 2, 3, 4, 3, 4, 1, 1, 2, 2, 3, 3, 4, 4]],
  ),
  row("diff", [a23], (x) => [d.diff(x!), d.diff(x!, { axis: 0 }), d.diff(x!, { order: 3 })], [
    ...[-2.25, 1.75, -2.5, 1.75, 1.25, 1, 1],
  ]),
];

const running = (f: (x: number, y: number) => number): number[] =>
  a.map((_, i) => a.slice(0, i + 1).reduce((x, y) => f(x, y)));

const products: readonly Composed[] = [
  row("outer", [v(1, 2), v(3, 4, 5)], (x, y) => d.outer(x as never, y as never), [3, 4, 5, 6, 8, 10]),
  row("kron", [grid([1, 2, 3, 4], 2, 2), grid([0, 5], 1, 2)], (x, y) => d.kron(x!, y!), [0, 5, 0, 10, 0, 15, 0, 20]),
  row("tensordot", [a23, b23], (x, y) => [d.tensordot(x!, y!), d.tensordot(x!, y!, { axes: [[0], [-2]] })], [
    a.reduce((s, x, i) => s + x * b[i]!, 0),
    ...[0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => a[i]! * b[j]! + a[i + 3]! * b[j + 3]!)),
  ]),
  row("cross", [a23, b23], (x, y) => d.cross(x!, y!), [
    ...rows(a, 3).flatMap((x, i) => {
      const y = rows(b, 3)[i]!;
      return [0, 1, 2].map((k) => x[(k + 1) % 3]! * y[(k + 2) % 3]! - x[(k + 2) % 3]! * y[(k + 1) % 3]!);
    }),
  ]),
  row(
    "vecdot",
    [a23, b23],
    (x, y) => d.vecdot(x!, y!, { axis: 0 }),
    [0, 1, 2].map((i) => a[i]! * b[i]! + a[i + 3]! * b[i + 3]!),
  ),
  row(
    "cumprod",
    [v(...a)],
    (x) => d.cumprod(x!),
    running((x, y) => x * y),
  ),
  row("cumprod with zeros", [v(2, 0, 3, 0, 4)], (x) => d.cumprod(x!), [2, 0, 0, 0, 0]),
  row("cumMax", [v(...a)], (x) => d.cumMax(x!), running(Math.max)),
  row("cumMin", [v(...a)], (x) => d.cumMin(x!), running(Math.min)),
  row(
    "logCumSumExp",
    [v(...a)],
    (x) => d.logCumSumExp(x!),
    running((x, y) => Math.log(Math.exp(x) + Math.exp(y))),
  ),
  still("running maxima from the first NaN on", [v(1, nan, 3)], (x) => [d.cumMax(x!), d.cumMin(x!)], [
    ...[1, nan, nan, 1, nan, nan],
  ]),
];

const sorted: readonly Composed[] = [
  still(
    "searchSorted",
    [v(1, 3, 3, 5)],
    (x) => {
      const at = v(0, 1, 3, 4, 9, nan, -inf);
      return [d.searchSorted(x!, at), d.searchSorted(x!, at, { side: "right" })];
    },
    [0, 0, 1, 3, 4, 4, 0, 0, 1, 3, 3, 4, 4, 0],
  ),
  still("searchSorted in nothing", [v(1, 3)], (x) => d.searchSorted(d.zeros([0]), x!), [0, 0]),
  row("quantile", [a23], (x) => [d.quantile(x!, { q: 0.25, axis: 1 }), d.quantile(x!, { q: 1, keepDims: true })], [
    ...[-0.625, 0.375, 2],
  ]),
  row("median", [a23], (x) => [d.median(x!), d.median(x!, { axis: 0 }), d.median(x!, { axis: 1 })], [
    ...[0.5, 1.375, -1, 0.75, 0.25, 1.25],
  ]),
  still("median of NaN and ∞", [grid([nan, 1, 2, inf, 1, 2], 2, 3)], (x) => d.median(x!, { axis: 1 }), [nan, 2]),
  still("histogram", [v(0, 0.1, 0.5, 1, 1.1, -0.1, nan)], (x) => d.histogram(x!, { bins: 4, from: 0, to: 1 }), [
    ...[2, 0, 1, 1],
  ]),
];

export const language: readonly Composed[] = [...elementwise, ...statistics, ...layout, ...products, ...sorted];
