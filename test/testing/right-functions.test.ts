import { expect, test } from "vitest";
import { checkpoint, customVjp, grad } from "../../src/autodiff/index.ts";
import * as d from "../../src/tensor/ops/index.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { threefryBlock } from "../../src/tensor/threefry.ts";
import { checkGrads, checkHessianSymmetry, checkTranspose, checkVjpLinear } from "../../src/testing/index.ts";
import { hostValues } from "../../src/testing/inner-product.ts";
import { underflow } from "../../src/testing/motion.ts";

// Right functions at scales from 1e-6 to 1e6: none may be refused, not even as "cannot decide".

type Unary = (x: AnyTensor) => AnyTensor;

/** Functions that are smooth and finite for positive and negative numbers of any size. */
const anywhere: Record<string, Unary> = {
  "3x": (x) => d.mul(x, 3),
  "x² + x": (x) => d.add(d.square(x), x),
  "x³": (x) => d.pow(x, 3),
  "1/x": (x) => d.div(1, x),
  "1/(1 + x²)": (x) => d.div(1, d.add(1, d.square(x))),
  "log |x|": (x) => d.log(d.abs(x)),
  "√(1 + x²)": (x) => d.sqrt(d.add(1, d.square(x))),
  sin: (x) => d.sin(x as Tensor),
  cos: (x) => d.cos(x as Tensor),
  tanh: (x) => d.tanh(x as Tensor),
  sigmoid: (x) => d.sigmoid(x as Tensor),
  softplus: (x) => d.softplus(x as Tensor),
  logSigmoid: (x) => d.logSigmoid(x as Tensor),
  gelu: (x) => d.gelu(x as Tensor),
  erf: (x) => d.erf(x as Tensor),
  relu: (x) => d.relu(x as Tensor),
  leakyRelu: (x) => d.leakyRelu(x as Tensor),
  abs: (x) => d.abs(x as Tensor),
  clip: (x) => d.clip(x, { min: -0.3, max: 0.3 }),
  floor: (x) => d.add(x, d.floor(x as Tensor)),
  "exp(−x²)": (x) => d.exp(d.neg(d.square(x))),
  softmax: (x) => d.softmax(x),
  logSoftmax: (x) => d.logSoftmax(x),
  logSumExp: (x) => d.logSumExp(x),
  logMeanExp: (x) => d.logMeanExp(x),
  "Σ softmax": (x) => d.sum(d.softmax(x)),
  mean: (x) => d.mean(x),
  variance: (x) => d.variance(x),
  max: (x) => d.max(x),
  min: (x) => d.min(x),
  prod: (x) => d.prod(x),
  cumsum: (x) => d.cumsum(x),
  sort: (x) => d.mul(d.sort(x as Tensor), d.arange(x.shape[0]!)),
  "gather and add": (x) => d.gather(x, tensor([0, 0, 2], { dtype: "i32" })),
  x·xᵀ: (x) => d.matmul(d.expandDims(x, { axis: 1 }) as Tensor, d.expandDims(x, { axis: 0 }) as Tensor),
  standardised: (x) => d.div(d.sub(x, d.mean(x)), d.sqrt(d.add(d.variance(x), 1e-6))),
  "where positive": (x) => d.where(d.greater(x, 0), d.square(x), d.mul(x, 2)),
  "x − x": (x) => d.sub(x, d.mul(x, 1)),
  "a checkpoint": checkpoint((x: AnyTensor) => d.tanh(d.mul(x, x) as Tensor)) as Unary,
  "masked log": (x) => d.where(d.greater(x, 0), d.log(d.where(d.greater(x, 0), x, 1)), 0),
};

/** Functions of positive numbers. */
const positive: Record<string, Unary> = {
  log: (x) => d.log(x),
  log1p: (x) => d.log1p(x as Tensor),
  "√": (x) => d.sqrt(x),
  rsqrt: (x) => d.rsqrt(x as Tensor),
  "x^2.5": (x) => d.pow(x, 2.5),
  "x^−0.5": (x) => d.pow(x, -0.5),
  "x log x": (x) => d.mul(x, d.log(x)),
  "log of a mean": (x) => d.log(d.mean(x)),
};

function stream(seed: number): () => number {
  let next = 0;
  return () => (threefryBlock([seed, 0x71647], [0, next++])[0] >>> 0) / 2 ** 32;
}

const scales = [1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6];

/** Five numbers of a scale, of one sign or both, none equal to another and none near a kink of the table's. */
function inputs(scale: number, sign: "both" | "positive", random: () => number): Tensor {
  const values = [0.21, 0.47, 0.83, 1.19, 1.71].map(
    (x, i) => scale * (x + 0.1 * random()) * (sign === "both" && i % 2 ? -1 : 1),
  );
  return tensor(values);
}

interface Case {
  readonly title: string;
  readonly f: Unary;
  readonly x: Tensor;
}

const table: Case[] = [
  ...Object.entries(anywhere).flatMap(([name, f], k) =>
    scales.map((scale) => ({ title: `${name} at ${scale}`, f, x: inputs(scale, "both", stream(k)) })),
  ),
  ...Object.entries(positive).flatMap(([name, f], k) =>
    scales.map((scale) => ({ title: `${name} at ${scale}`, f, x: inputs(scale, "positive", stream(100 + k)) })),
  ),
];

/** Random chains: inputs of one scale, brought to about 1, through two to five functions, and to another scale. */
function chain(seed: number): Case {
  const random = stream(1000 + seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const inner = [
    "x² + x",
    "1/(1 + x²)",
    "√(1 + x²)",
    "sin",
    "tanh",
    "sigmoid",
    "softplus",
    "gelu",
    "exp(−x²)",
    "softmax",
    "standardised",
    "cumsum",
    "logSoftmax",
  ];
  const [from, to] = [pick(scales), pick(scales)];
  const names = Array.from({ length: 2 + Math.floor(random() * 4) }, () => pick(inner));
  const f: Unary = (x) =>
    d.mul(
      names.reduce<AnyTensor>((y, name) => anywhere[name]!(y), d.mul(x, 1 / from)),
      to,
    );
  return { title: `seed ${seed}: ${to}·${names.join("∘")}(x/${from})`, f, x: inputs(from, "both", random) };
}

const chains = Array.from({ length: 200 }, (_, seed) => chain(seed));

function refused(cases: readonly Case[], check: (one: Case) => void): string[] {
  return cases.flatMap((one) => {
    try {
      check(one);
      return [];
    } catch (error) {
      return [`${one.title}\n${(error as Error).message}`];
    }
  });
}

/** Whether any derivative is not lost in rounding: Σ softmax, x − x and flat stretches have none. */
function hasGradient(f: Unary, x: Tensor): boolean {
  const [y, gradient] = [f(x), grad((v: AnyTensor) => d.sum(d.mul(f(v), weights(f(v)))))(x as AnyTensor)].map(
    hostValues,
  );
  const largest = Math.max(...y!.map(Math.abs)) / Math.max(...hostValues(x).map(Math.abs));
  return Math.max(...gradient!.map(Math.abs)) > 1e-6 * largest + underflow;
}

const weights = (y: AnyTensor): AnyTensor => d.add(d.reshape(d.arange(y.shape.reduce((n, k) => n * k, 1)), y.shape), 1);

const slow = 180_000; // of milliseconds: some hundred programs, on a busy machine

const every = [...table, ...chains];

test(
  `${every.length} right functions at scales from 1e-6 to 1e6: none is refused`,
  () => {
    const found = refused(every, ({ f, x }) => checkGrads(f, [x] as [AnyTensor]));
    console.log(`right functions: ${table.length} in the table, ${chains.length} random, ${found.length} refused`);
    expect(found).toEqual([]);
    expect(table.length).toBeGreaterThanOrEqual(200);
  },
  slow,
);

test(
  "nor at order 2, nor by the other checks",
  () => {
    const found = refused(
      every.filter((_, i) => i % 3 === 0),
      ({ f, x }) => {
        checkGrads(f, [x] as [AnyTensor], { order: 2 });
        checkVjpLinear(f, [x] as [AnyTensor]);
        checkTranspose(f, [x] as [AnyTensor]);
        checkHessianSymmetry(f, [x] as [AnyTensor]);
      },
    );
    expect(found).toEqual([]);
  },
  slow,
);

test(
  "a thousandth too much is refused, wherever the function is accepted",
  () => {
    const accepted = every.filter(({ f, x }, i) => i % 5 === 0 && hasGradient(f, x));
    const missed = accepted.flatMap(({ title, f, x }) => {
      const off = customVjp(f, ({ args: [v], g }) => [d.mul(grad((w: AnyTensor) => d.sum(d.mul(f(w), g)))(v), 1.001)]);
      try {
        checkGrads(off, [x] as [AnyTensor]);
        return [title];
      } catch {
        return [];
      }
    });
    console.log(`wrong by 1e-3: ${accepted.length} functions, ${missed.length} accepted`);
    expect(missed).toEqual([]);
  },
  slow,
);
