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
/** Softmax attention of a's two rows over b's, which are the values too. */
function attended(may: (query: number, key: number) => boolean): number[] {
  const rows = [b.slice(0, 3), b.slice(3)];
  return halves.flatMap((query, i) => {
    const weights = rows.map((key, j) => (may(i, j) ? Math.exp(dot(query, key) / Math.sqrt(3)) : 0));
    const total = weights.reduce((s, w) => s + w, 0) || 1;
    return [0, 1, 2].map((k) => rows.reduce((s, value, j) => s + (weights[j]! / total) * value[k]!, 0));
  });
}
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
  each(
    "hardTanh",
    (x) => nn.hardTanh(d.mul(x, 1.5)),
    (x) => Math.min(Math.max(1.5 * x, -1), 1),
  ),
  row("nn.instanceNorm", [grid(a, 1, 3, 2), grid([2, 3], 2)], (x, scale) => nn.instanceNorm(x, { scale }), [
    ...[0, 1, 2].flatMap((i) => [0, 1].map((c) => (c + 2) * standard([a[c]!, a[c + 2]!, a[c + 4]!])[i]!)),
  ]),
  row(
    "nn.embedding",
    [grid(a, 3, 2)],
    (weight) =>
      nn.embedding(
        { weight },
        d.tensor(
          [
            [2, 0],
            [2, 1],
          ],
          { dtype: "i32" },
        ),
      ),
    [4, 5, 0, 1, 4, 5, 2, 3].map((i) => a[i]!),
  ),
  row(
    "nn.attention",
    [a23, b23, grid(b, 2, 3)],
    (q, k, x) => nn.attention(q, k, x),
    attended(() => true),
  ),
  row(
    "nn.attention, causal and masked, two heads",
    [grid([...a, ...a], 2, 2, 3), b23, grid(b, 2, 3)],
    (q, k, x) => {
      const mask = d.greater(
        d.tensor([
          [
            [1, 1],
            [1, 0],
          ],
          [
            [0, 1],
            [1, 1],
          ],
        ]),
        0,
      );
      return nn.attention(q, k, x, { mask, causal: true });
    },
    [...attended((_, j) => j === 0), ...attended((i) => i === 1)],
  ),
  still(
    "nn.attention to nothing has gradient 0",
    [a23],
    (x) => {
      const nothing = d.greater(d.zeros([2, 2]), 1);
      const f = (y: Tensor): Tensor => nn.attention(y, y, y, { mask: nothing }) as Tensor;
      return [f(x), d.grad((y: Tensor) => d.sum(f(y)))(x)];
    },
    new Array(12).fill(0),
  ),
  row("nn.maxPool1d", [grid(a, 1, 3, 2)], (x) => nn.maxPool1d(x, { size: 2, stride: 1, padding: [1, 0] }), [
    ...[0.75, -1.5, 0.75, 2, 0.25, 2],
  ]),
  row(
    "nn.ntXent",
    [a23, b23],
    (x, y) => nn.ntXent(x, y, { temperature: 0.25 }),
    [0, 1, 2, 3].map((i) => {
      const rows = [...halves, b.slice(0, 3), b.slice(3)];
      const cosine = (x: readonly number[], y: readonly number[]): number =>
        dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
      const similarities = rows.map((y) => cosine(rows[i]!, y) / 0.25);
      const others = similarities.filter((_, k) => k !== i).map(Math.exp);
      return Math.log(others.reduce((s, x) => s + x, 0)) - similarities[(i + 2) % 4]!;
    }),
  ),
  row(
    "nn.triplet",
    [a23, b23, grid([1, 2, 3], 3)],
    (x, y, z) => nn.triplet(x, y, z, { margin: 3 }),
    halves.map((x, i) => {
      const far = (y: readonly number[]): number => Math.hypot(...x.map((value, k) => value - y[k]!));
      return Math.max(0, far(b.slice(3 * i, 3 * i + 3)) - far([1, 2, 3]) + 3);
    }),
  ),
  still(
    "nn.triplet at distance 0",
    [grid([1, 2], 2)],
    (x) => [nn.triplet(x, x, x), d.grad((y: Tensor) => nn.triplet(y, x, x))(x)],
    [1, 0, 0],
  ),
  row("nn.clipByGlobalNorm", [a23, grid([3, 4], 2)], (x, y) => nn.clipByGlobalNorm({ x, y }, { max: 2 }), [
    ...[...a, 3, 4].map((value) => (2 * value) / Math.hypot(...a, 3, 4)),
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
  row("valueAndJacobian", [grid(a.slice(0, 2), 2)], (x) => d.valueAndJacobian((y: Tensor) => d.square(y))(x), [
    ...[2 * 0.75, 0, 0, 2 * -1.5, 0.75 ** 2, 1.5 ** 2],
  ]),
  row("jacfwd", [grid(a.slice(0, 2), 2)], (x) => d.jacfwd((y: Tensor) => d.outer(y as never, y as never))(x), [
    ...[2 * 0.75, 0, -1.5, 0.75, -1.5, 0.75, 0, 2 * -1.5],
  ]),
  row("linearize", [grid(a, 6), grid(b, 6)], (x, t) => d.linearize((y: Tensor) => d.square(y), x).pushforward(t), [
    ...a.map((x, i) => 2 * x * b[i]!),
  ]),
];
