import * as d from "../../../src/index.ts";
import * as nn from "../../../src/nn/index.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import type { Composed } from "./composed.ts";
import { row, still } from "./composed.ts";

// Activations, normalisations and losses of deconfound/nn; transforms of functions.

const a = [0.75, -1.5, 0.25, 2, -0.5, 1.25];
const b = [1.5, 0.5, -2, 0.75, 1, -0.25];
const grid = (values: readonly number[], ...shape: number[]): Tensor => d.tensor(Float32Array.from(values), { shape });
const [a23, b23] = [grid(a, 2, 3), grid(b, 2, 3)];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const each = (name: string, f: (x: Tensor) => unknown, js: (x: number) => number): Composed =>
  row(`nn.${name}`, [a23], f, a.map(js));
const both = (name: string, f: (x: Tensor, y: Tensor) => unknown, js: (x: number, y: number) => number): Composed =>
  row(
    `nn.${name}`,
    [a23, b23],
    f,
    a.map((x, i) => js(x, b[i]!)),
  );
const elu = (x: number, alpha: number): number => (x > 0 ? x : alpha * Math.expm1(x));

/** To mean 0 and variance 1. */
function standard(x: readonly number[]): number[] {
  const mean = x.reduce((s, y) => s + y, 0) / x.length;
  const spread = Math.sqrt(x.reduce((s, y) => s + (y - mean) ** 2, 0) / x.length + 1e-5);
  return x.map((y) => (y - mean) / spread);
}
const halves = [a.slice(0, 3), a.slice(3)];
const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((s, value, i) => s + value * y[i]!, 0);
const p = [0.5, 0.25, 0.25];
const q = [0.125, 0.25, 0.625];
const logs = (x: readonly number[]): Tensor => grid(x.map(Math.log), x.length);
const cube = (x: Tensor): Tensor => d.sum(d.pow(x, 3)) as Tensor;

export const networks: readonly Composed[] = [
  each("silu", nn.silu, (x) => x * sigmoid(x)),
  each(
    "elu",
    (x) => nn.elu(x, { alpha: 0.5 }),
    (x) => elu(x, 0.5),
  ),
  each("selu", nn.selu, (x) => 1.0507009873554805 * elu(x, 1.6732632423543772)),
  each("mish", nn.mish, (x) => x * Math.tanh(Math.log1p(Math.exp(x)))),
  each("softsign", nn.softsign, (x) => x / (1 + Math.abs(x))),
  each(
    "relu6",
    (x) => nn.relu6(d.mul(x, 4)),
    (x) => Math.min(Math.max(4 * x, 0), 6),
  ),
  row(
    "nn.glu",
    [a23],
    (x) => nn.glu(x, { axis: 0 }),
    [0, 1, 2].map((i) => a[i]! * sigmoid(a[i + 3]!)),
  ),
  row("nn.layerNorm", [a23, grid([2, 3, 4], 3)], (x, scale) => nn.layerNorm(x, { scale, bias: scale }), [
    ...halves.flatMap((x) => standard(x).map((y, i) => y * (i + 2) + i + 2)),
  ]),
  row("nn.rmsNorm", [a23], (x) => nn.rmsNorm(x), [
    ...halves.flatMap((x) => x.map((y) => y / Math.sqrt(dot(x, x) / 3 + 1e-5))),
  ]),
  row("nn.groupNorm", [grid(a, 1, 1, 6)], (x) => nn.groupNorm(x, { groups: 2 }), halves.flatMap(standard)),
  both("squaredError", nn.squaredError, (x, y) => (x - y) ** 2),
  both("absoluteError", nn.absoluteError, (x, y) => Math.abs(x - y)),
  both("huber", nn.huber, (x, y) => (Math.abs(x - y) < 1 ? (x - y) ** 2 / 2 : Math.abs(x - y) - 0.5)),
  both("binaryCrossEntropy", nn.binaryCrossEntropy, (z, t) => Math.log1p(Math.exp(z)) - t * z),
  row("nn.klDivergence", [logs(p), logs(q)], nn.klDivergence, [
    dot(
      p,
      p.map((x, i) => Math.log(x / q[i]!)),
    ),
  ]),
  still(
    "nn.klDivergence where p is 0",
    [logs([1, 0]), logs([0.5, 0.5])],
    (x, y) => [nn.klDivergence(x, y), d.grad((z: Tensor) => nn.klDivergence(z, y))(x)],
    [Math.LN2, 1 + Math.LN2, 0],
  ),
  row("nn.cosineSimilarity", [a23, b23], nn.cosineSimilarity, [
    ...halves.map((x, i) => {
      const y = b.slice(3 * i, 3 * i + 3);
      return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
    }),
  ]),
  still(
    "nn.cosineSimilarity beside zeros",
    [grid([0, 0], 2), grid([1, 2], 2)],
    (x, y) => [
      nn.cosineSimilarity(x, y),
      ...d.grad((z: Tensor, w: Tensor) => nn.cosineSimilarity(z, w), { argnums: [0, 1] })(x, y),
    ],
    [0, 0, 0, 0, 0],
  ),
  row("hessian", [grid(a, 6)], (x) => d.hessian(cube)(x), [
    ...a.flatMap((x, i) => a.map((_, j) => (i === j ? 6 * x : 0))),
  ]),
  row("jacfwd", [grid(a.slice(0, 2), 2)], (x) => d.jacfwd((y: Tensor) => d.outer(y as never, y as never))(x), [
    ...[2 * 0.75, 0, -1.5, 0.75, -1.5, 0.75, 0, 2 * -1.5],
  ]),
  row("linearize", [grid(a, 6), grid(b, 6)], (x, t) => d.linearize((y: Tensor) => d.square(y), x).pushforward(t), [
    ...a.map((x, i) => 2 * x * b[i]!),
  ]),
];
