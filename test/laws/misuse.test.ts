import { describe, expect, it } from "vitest";
import * as d from "../../src/index.ts";
import * as nn from "../../src/nn/index.ts";
import type { Given } from "../support/misuse.ts";
import * as m from "../support/misuse.ts";

/*
 * Programs in plain JavaScript: each parameter and option of each public function gets values that it does not take. The answer is
 * one error of the library that names the function; not NaN, not a TypeError, not silence.
 */

interface Call {
  readonly args: readonly Given[];
  readonly options?: Readonly<Record<string, Given>>;
}

const x = d.tensor([
  [1, 2],
  [3, 4],
]);
const v = d.tensor([1, 2]);
const ints = d.tensor([0, 1], { dtype: "i32" });
const images = d.zeros([1, 4, 4, 2]);
const sequences = d.zeros([1, 4, 2]);
const key = d.random.key(0);
const truth = d.greater(x, 2);

const call = (args: readonly Given[], options?: Readonly<Record<string, Given>>): Call =>
  options === undefined ? { args } : { args, options };
const one = call([m.t(x)]);
const two = call([m.o(x), m.o(2)]);
const reduce = (input: unknown = x): Call =>
  call([m.t(input)], { axis: m.maybe(m.axes(1)), keepDims: m.maybe(m.flag(true)) });
const along = call([m.t(x)], { axis: m.maybe(m.axis(1)) });
const sorts = call([m.t(x)], { axis: m.maybe(m.axis(1)), descending: m.maybe(m.flag(true)) });
const fill = call([m.shape([2])], { dtype: m.maybe(m.dtype("i32")) });
const pool = call([m.t(images)], { size: m.pair(2), stride: m.maybe(m.pair(2)), padding: m.maybe(m.pair(1)) });
const adam = {
  beta1: m.maybe(m.given(...m.share(0).wrong, 1)(0.9)),
  beta2: m.maybe(m.given(...m.share(0).wrong, 1)(0.99)),
  epsilon: m.maybe(m.positive(1e-8)),
};
const normalize = { scale: m.maybe(m.t(v)), bias: m.maybe(m.t(v)), epsilon: m.maybe(m.positive(1e-5)) };
const neg = d.neg(x).node.op; // a record
const many = (names: string, each: Call): Record<string, Call> =>
  Object.fromEntries(names.split(" ").map((name) => [name, each]));

const calls: Readonly<Record<string, Call>> = {
  ...many("abs ceil cos erf exp expm1 floor gelu isFinite isInf isNaN log log1p logSigmoid neg relu round", one),
  ...many("rsqrt sigmoid sign sin softplus sqrt square tanh erfInv", one),
  ...many("trunc exp2 log2 sinh cosh asinh acosh lgamma digamma", one),
  ...many("acos asin atan atanh log10 reciprocal signBit tan diag trace matrixTranspose ravel", one),
  ...many("hypot logAddExp", two),
  nanToNum: call([m.t(x)], { nan: m.maybe(m.n(0)), posInf: m.maybe(m.n(1)), negInf: m.maybe(m.n(-1)) }),
  ...many("std count", reduce()),
  norm: call([m.t(x)], { ord: m.maybe(m.n(1)), axis: m.maybe(m.axes(1)), keepDims: m.maybe(m.flag(true)) }),
  pairwiseDistance: call([m.t(x), m.t(x)], { ord: m.maybe(m.n(2)), squared: m.maybe(m.flag(false)) }),
  cov: call([m.t(x)], { rowVar: m.maybe(m.flag(false)), correction: m.maybe(m.finite(0)) }),
  corrcoef: call([m.t(x)], { rowVar: m.maybe(m.flag(false)) }),
  ...many("tril triu", call([m.t(x)], { offset: m.maybe(m.int(1)) })),
  ...many("cumprod cumMax cumMin logCumSumExp unstack", along),
  diff: call([m.t(x)], { order: m.maybe(m.size(1)), axis: m.maybe(m.axis(1)) }),
  repeat: call([m.t(x)], { repeats: m.size(2), axis: m.maybe(m.axis(1)) }),
  split: call([m.t(x)], { sizes: m.given(...m.shape([]).wrong, [3], [1])([1, 1]), axis: m.maybe(m.axis(1)) }),
  moveAxis: call([m.t(x)], { from: m.axis(0), to: m.axis(1) }),
  swapAxes: call([m.t(x)], { axes: m.axisList([0, 1]) }),
  linspace: call([m.finite(0), m.finite(1)], { count: m.size(3), endpoint: m.maybe(m.flag(false)) }),
  meshgrid: call([m.ts([v, v])], { indexing: m.maybe(m.word("ij")) }),
  ...many("zerosLike onesLike", call([m.t(x)], { dtype: m.maybe(m.dtype("i32")) })),
  fullLike: call([m.t(x), m.any(1)], { dtype: m.maybe(m.dtype("i32")) }),
  ...many("outer kron", call([m.t(v), m.t(v)])),
  cross: call([m.t(d.ones([3])), m.t(d.ones([3]))]),
  vecdot: call([m.t(x), m.t(x)], { axis: m.maybe(m.axis(1)) }),
  tensordot: call([m.t(x), m.t(x)], { axes: m.maybe(m.given(null, "1", {}, 3, -1, 0.5, [1], [[0], [5]], x)(1)) }),
  searchSorted: call([m.t(v), m.t(x)], { side: m.maybe(m.word("right")) }),
  quantile: call([m.t(x)], { q: m.share(0.5), axis: m.maybe(m.axes(1)), keepDims: m.maybe(m.flag(true)) }),
  median: reduce(),
  histogram: call([m.t(x)], { bins: m.given(...m.size(0).wrong, 0)(3), from: m.finite(0), to: m.finite(1) }),
  polygamma: call([m.t(x)], { order: m.size(1) }),
  ...many("cholesky logDet slogDet det lu eigh eigvalsh qr svd svdvals", one),
  matrixNorm: call([m.t(x)], { ord: m.maybe(m.given(null, "0", {}, 3, 0, x)(1)), keepDims: m.maybe(m.flag(true)) }),
  matrixPower: call([m.t(x)], { exponent: m.int(2) }),
  ...many("pinv matrixRank", call([m.t(x)], { tolerance: m.maybe(m.positive(1e-3)) })),
  solve: call([m.t(x), m.t(x)], { positiveDefinite: m.maybe(m.flag(true)) }),
  inv: call([m.t(x)], { positiveDefinite: m.maybe(m.flag(true)) }),
  triangularSolve: call([m.t(x), m.t(x)], {
    upper: m.maybe(m.flag(true)),
    transpose: m.maybe(m.flag(true)),
    unitDiagonal: m.maybe(m.flag(true)),
  }),
  logicalNot: call([m.t(truth)]),
  bitNot: call([m.t(ints)]),
  ...many("add div equal floorDiv greater greaterEqual less lessEqual maximum minimum mod mul notEqual pow sub", two),
  ...many("copySign atan2", two),
  ...many("logicalAnd logicalOr logicalXor", call([m.o(truth), m.o(1)])),
  ...many("bitAnd bitOr bitXor shiftLeft shiftRight", call([m.o(ints), m.o(1)])),
  ...many("sum mean variance max min argmax argmin prod logSumExp logMeanExp", reduce()),
  ...many("any all", reduce(truth)),
  ...many("softmax logSoftmax", along),
  ...many("sort argsort", sorts),
  ...many("zeros ones", fill),
  full: call([m.shape([2]), m.any(1)], { dtype: m.maybe(m.dtype("i32")) }),
  arange: call([m.finite(4)], {
    start: m.maybe(m.finite(0)),
    step: m.maybe(m.finite(1)),
    dtype: m.maybe(m.dtype("f32")),
  }),
  eye: call([m.size(3)], { columns: m.maybe(m.size(2)), dtype: m.maybe(m.dtype("f32")) }),
  oneHot: call([m.t(ints)], { classes: m.size(3), dtype: m.maybe(m.dtype("f32")) }),
  leakyRelu: call([m.t(x)], { slope: m.maybe(m.n(0.1)) }),
  clip: call([m.t(x)], { min: m.maybe(m.o(0)), max: m.maybe(m.o(1)) }),
  avgPool2d: pool,
  maxPool2d: pool,
  globalAvgPool2d: call([m.t(images)]),
  batchNorm: call([m.t(x), m.t(v), m.t(v)], { epsilon: m.maybe(m.finite(1e-3)) }),
  broadcastTensors: call([m.ts([x, v])]),
  broadcastTo: call([m.t(x), m.shape([3, 2, 2])]),
  cast: call([m.t(x), m.dtype("i32")]),
  concat: call([m.ts([x, x])], { axis: m.maybe(m.axis(1)) }),
  stack: call([m.ts([x, x])], { axis: m.maybe(m.axis(1)) }),
  conv2d: call([m.t(images), m.t(d.zeros([2, 2, 2, 3]))], {
    stride: m.maybe(m.pair(1)),
    padding: m.maybe(m.pair(1)),
    dilation: m.maybe(m.pair([1, 1])),
    groups: m.maybe(m.int(1)),
  }),
  convTranspose2d: call([m.t(images), m.t(d.zeros([2, 2, 3, 2]))], {
    stride: m.maybe(m.pair(2)),
    padding: m.maybe(m.pair(0)),
    dilation: m.maybe(m.pair(1)),
    groups: m.maybe(m.int(1)),
    outputPadding: m.maybe(m.pair(1)),
  }),
  softmaxCrossEntropy: call([m.t(x), m.t(ints)]),
  cumsum: call([m.t(x)], { axis: m.maybe(m.axis(1)), reverse: m.maybe(m.flag(true)) }),
  diagonal: call([m.t(x)], { axes: m.maybe(m.axisList([0, 1])) }),
  dot: call([m.t(v), m.t(v)]),
  gather: call([m.t(x), m.t(ints)], { axis: m.maybe(m.axis(1)) }),
  take: call([m.t(x), m.t(ints)], { axis: m.maybe(m.axis(1)) }),
  scatterAdd: call([m.t(x), m.t(ints)], { size: m.size(3), axis: m.maybe(m.axis(1)) }),
  ...many("scatterSet scatterMax scatterMin", call([m.t(x), m.t(ints), m.o(1)], { axis: m.maybe(m.axis(1)) })),
  dynamicSlice: call([m.t(x), m.t(ints)], { size: m.given(...m.shape([]).wrong, [1], [3, 1])([1, 2]) }),
  dynamicUpdateSlice: call([m.t(x), m.t(d.zeros([1, 2])), m.t(ints)]),
  takeAlongAxis: call([m.t(x), m.t(d.tensor([[0], [1]], { dtype: "i32" }))], { axis: m.axis(1) }),
  gridSample: call([m.t(images), m.t(d.zeros([1, 2, 2, 2]))], { padding: m.maybe(m.word("edge")) }),
  matmul: call([m.t(x), m.t(x)]),
  moments: call([m.t(x)], { axis: m.maybe(m.axes(1)) }),
  pad: call([m.t(x)], { padding: m.size(1), value: m.maybe(m.any(2)) }),
  reshape: call([m.t(x), m.shape([4])]),
  squeeze: call([m.t(d.zeros([1, 1]))], { axis: m.maybe(m.axes(1)) }),
  expandDims: call([m.t(x)], { axis: m.axis(1) }),
  resizeBilinear: call([m.t(images)], { size: m.pair([2, 3]) }),
  roll: call([m.t(x)], { shift: m.int(1), axis: m.maybe(m.axis(1)) }),
  where: call([m.t(truth), m.o(x), m.o(0)]),
  slice: call([m.t(x)], {
    axis: m.maybe(m.axes(1)),
    start: m.maybe(m.int(0)),
    stop: m.maybe(m.int(1)),
    step: m.maybe(m.int(1)),
  }),
  flip: call([m.t(x)], { axis: m.maybe(m.axes(1)) }),
  topK: call([m.t(x)], { k: m.size(1), axis: m.maybe(m.axis(1)) }),
  tile: call([m.t(x)], { repeats: m.shape([1, 2]) }),
  transpose: call([m.t(x)], { axes: m.maybe(m.axisList([1, 0])) }),
  einsum: call([m.word("ij,jk->ik"), m.t(x), m.t(x)]),
  tensor: call([m.values([1, 2])], { shape: m.maybe(m.shape([2])), dtype: m.maybe(m.dtype("i32")) }),
  evaluateReference: call([m.tree(x)], { precision: m.maybe(m.word("f32")) }),
  referenceDevice: call([]),
  stopGradient: call([m.maybe(m.holder(x))]),
  mapTree: call([m.maybe(m.holder([x])), m.f(d.neg)]),
  unflattenTree: call([m.holder([x]), m.given(null, 3, [], [x, x], {})([x])]),
  zipTrees: call([m.holder([x]), m.given(null, 3, x, [[]], [[x, x]], [{ a: x }])([[x]]), m.f(() => x)]),
  flattenTree: call([m.maybe(m.holder([x]))]),
  grad: call([m.f(d.sum)], { argnums: m.maybe(m.argnums(0)), hasAux: m.maybe(m.flag(false)) }),
  valueAndGrad: call([m.f(d.sum)], { argnums: m.maybe(m.argnums(0)), hasAux: m.maybe(m.flag(false)) }),
  hvp: call([m.f(d.sum), m.given(null, 3, x)([x]), m.given(null, 3, x, [v], [])([x])]),
  jvp: call([m.f(d.sin), m.given(null, 3, x, [3], [[]])([x]), m.given(null, 3, x, [v], [])([x])]),
  ...many("jacobian valueAndJacobian hessian jacfwd", call([m.f(d.sin)])),
  vmap: call([m.f(d.sin)], {
    inAxes: m.maybe(m.given(0.5, "0", {}, [0.5])(0)),
    outAxes: m.maybe(m.given(0.5, "0", {}, null)(0)),
  }),
  checkpoint: call([m.f(d.sin)]),
  scan: call([m.f((c: unknown) => [c, c]), m.maybe(m.holder(v)), m.maybe(m.holder(x))], {
    length: m.maybe(m.size(2)),
    checkpointEvery: m.maybe(m.given(...m.size(1).wrong, 0)(1)),
  }),
  customVjp: call([m.f(d.sin), m.f(d.sin)]),
  "nn.dense": call([
    m.given(null, 3, x, {}, { weight: 3 }, { weight: x, bias: 1 }, { kernel: x })({ weight: x, bias: v }),
    m.t(x),
  ]),
  "nn.convLayer": call([m.given(null, 3, x, {}, { weight: 3 })({ weight: d.zeros([1, 1, 2, 3]) }), m.t(images)], {
    stride: m.maybe(m.pair(1)),
    padding: m.maybe(m.pair(0)),
    dilation: m.maybe(m.pair(1)),
    groups: m.maybe(m.int(1)),
  }),
  "nn.initBatchNorm": call([m.size(2)]),
  "nn.batchNormLayer": call(
    [
      m.given(null, x, {}, { gamma: v }, { gamma: 1, beta: v })({ gamma: v, beta: v }),
      m.given(null, x, {}, { mean: v }, { mean: v, variance: 1 })({ mean: v, variance: v }),
      m.t(x),
    ],
    { train: m.flag(true), momentum: m.maybe(m.share(0.1)), epsilon: m.maybe(m.positive(1e-5)) },
  ),
  ...many("nn.silu nn.selu nn.mish nn.softsign nn.relu6 nn.hardTanh", one),
  "nn.elu": call([m.t(x)], { alpha: m.maybe(m.n(1)) }),
  "nn.glu": along,
  ...many("nn.layerNorm nn.rmsNorm", call([m.t(x)], normalize)),
  "nn.instanceNorm": call([m.t(sequences)], normalize),
  "nn.embedding": call([m.given(null, 3, x, {}, { weight: 3 }, { weight: v })({ weight: x }), m.t(ints)]),
  "nn.attention": call([m.t(x), m.t(x), m.t(x)], {
    mask: m.maybe(m.given(...m.t(x).wrong, x)(truth)),
    causal: m.maybe(m.flag(true)),
  }),
  "nn.conv1d": call([m.t(sequences), m.t(d.zeros([2, 2, 3]))], {
    stride: m.maybe(m.given(...m.size(1).wrong, 0)(1)),
    padding: m.maybe(
      m.given(
        null,
        "1",
        true,
        [1],
        [-1, 0],
        ["0", 0],
        [
          [0, 0],
          [0, 0],
        ],
        -1,
        x,
      )([1, 0]),
    ),
    dilation: m.maybe(m.given(...m.size(1).wrong, 0)(1)),
    groups: m.maybe(m.given(...m.size(1).wrong, 0)(1)),
  }),
  "nn.maxPool1d": call([m.t(sequences)], {
    size: m.given(...m.size(1).wrong, 0)(2),
    stride: m.maybe(m.given(...m.size(1).wrong, 0)(1)),
    padding: m.maybe(m.given(null, "1", true, [1], [-1, 0], [0, 2], x)([1, 0])),
  }),
  "nn.depthwiseConv2d": call([m.t(images), m.t(d.zeros([2, 2, 2, 3]))], {
    stride: m.maybe(m.pair(1)),
    padding: m.maybe(m.pair(0)),
    dilation: m.maybe(m.pair(1)),
  }),
  "nn.ntXent": call([m.t(x), m.t(x)], { temperature: m.maybe(m.given(...m.positive(1).wrong, 0)(0.1)) }),
  "nn.triplet": call([m.t(x), m.t(x), m.t(v)], { margin: m.maybe(m.positive(0)) }),
  "nn.orthogonal": call([m.t(key), m.given(...m.shape([]).wrong, [], [3])([2, 3])]),
  "nn.rmsprop": call([], {
    decay: m.maybe(m.given(...m.share(0).wrong, 1)(0.9)),
    epsilon: m.maybe(m.positive(1e-8)),
  }),
  "nn.lion": call([], { beta1: adam.beta1, beta2: adam.beta2, weightDecay: m.maybe(m.positive(1e-4)) }),
  "nn.chain": call([m.given(null, 3, {}, [3], () => 1)([]), m.given(null, 3, {}, { init: d.neg })(nn.sgd())]),
  "nn.clipByGlobalNorm": call([m.maybe(m.holder({ w: x }))], { max: m.given(...m.positive(1).wrong, 0)(1) }),
  "nn.ema": call([m.holder({ w: x }), m.given([m.foreign], { v: x })({ w: x })], {
    decay: m.given(...m.o(0).wrong, 2)(0.5),
  }),
  "nn.groupNorm": call([m.t(x)], { groups: m.given(...m.size(1).wrong, 0)(2), ...normalize }),
  ...many("nn.squaredError nn.absoluteError nn.binaryCrossEntropy", call([m.t(x), m.t(x)])),
  ...many("nn.klDivergence nn.cosineSimilarity", call([m.t(x), m.t(x)])),
  "nn.huber": call([m.t(x), m.t(x)], { delta: m.maybe(m.given(...m.positive(1).wrong, 0)(1)) }),
  "nn.dropout": call([m.t(x)], { rate: m.given(...m.share(0).wrong, 1)(0.5), key: m.t(key), train: m.flag(true) }),
  "nn.crossEntropy": call([m.t(x), m.t(ints)]),
  "nn.symmetricCrossEntropy": call([m.t(x), m.t(ints)], {
    alpha: m.maybe(m.positive(0.1)),
    beta: m.maybe(m.positive(1)),
  }),
  "nn.generalizedCrossEntropy": call([m.t(x), m.t(ints)], { q: m.maybe(m.given(...m.share(0).wrong, 0)(0.7)) }),
  "nn.heNormal": call([m.t(key), m.shape([2, 3])], { fan: m.maybe(m.word("out")) }),
  "nn.heUniform": call([m.t(key), m.shape([2, 3])], { fan: m.maybe(m.word("out")) }),
  "nn.xavierNormal": call([m.t(key), m.shape([2, 3])]),
  "nn.xavierUniform": call([m.t(key), m.shape([2, 3])]),
  "nn.torchUniform": call([m.t(key), m.shape([2, 3])], { fanIn: m.maybe(m.given(...m.positive(0).wrong, 0)(4)) }),
  "nn.sgd": call([], {
    momentum: m.maybe(m.given(...m.share(0).wrong, 1)(0.9)),
    nesterov: m.maybe(m.flag(true)),
    weightDecay: m.maybe(m.positive(1e-4)),
  }),
  "nn.adam": call([], adam),
  "nn.adamW": call([], { ...adam, weightDecay: m.maybe(m.positive(1e-4)) }),
  "nn.learningRate": call([
    m.given(
      null,
      0.1,
      x,
      {},
      { kind: "exponential", lr: 1 },
      { kind: "step", lr: 1 },
      { kind: "constant", lr: "1" },
    )({
      kind: "cosine",
      lr: 0.1,
      epochs: 10,
      floor: 0,
    }),
    m.positive(3),
  ]),
  defineOp: call([m.given(null, 3, {}, { name: "f" }, { name: 3, infer: d.neg }, x)(neg)]),
  linearize: call([m.f(d.sin), m.given(null, 3, d.zeros([2], { dtype: "i32" }), "x", {})(x)]),
  vjp: call([m.f(d.sin), m.given(null, 3, d.zeros([2], { dtype: "i32" }), "x", {})(x)]),
  "nn.wideResNet": call([], {
    depth: m.given(...m.int(0).wrong, 11)(10),
    width: m.given(...m.size(0).wrong, 0)(1),
    classes: m.size(10),
    channels: m.maybe(m.size(3)),
  }),
  "nn.preActResNet": call([], {
    depth: m.given(...m.int(0).wrong, 20)(18),
    classes: m.size(10),
    channels: m.maybe(m.size(3)),
    stem: m.maybe(m.given("CIFAR", 7, x)("cifar")),
    width: m.maybe(m.given(...m.size(0).wrong, 0)(4)),
  }),
  "nn.shortcutNet": call([m.size(3), m.size(10)]),
  "nn.templateNet": call([], { height: m.size(8), width: m.size(8), channels: m.size(3), classes: m.size(10) }),
  "nn.smallConvNet": call([], { channels: m.size(3), classes: m.size(10), width: m.size(4) }),
  "random.key": call([m.size(3)]),
  "random.split": call([m.t(key), m.maybe(m.size(2))]),
  "random.foldIn": call([m.t(key), m.size(3)]),
  "random.bits": call([m.t(key), m.shape([2])]),
  "random.uniform": call([m.t(key), m.shape([2])], { from: m.maybe(m.finite(0)), to: m.maybe(m.finite(1)) }),
  "random.normal": call([m.t(key), m.shape([2])]),
  "random.bernoulli": call([m.t(key), m.shape([2])], { p: m.o(0.5) }),
  ...many(
    "random.gumbel random.exponential random.laplace random.logistic random.cauchy random.rademacher",
    call([m.t(key), m.shape([2])]),
  ),
  "random.truncatedNormal": call([m.t(key), m.shape([2])], { from: m.maybe(m.n(-1)), to: m.maybe(m.n(1)) }),
  "random.randint": call([m.t(key), m.shape([2])], { from: m.maybe(m.int(0)), to: m.int(3) }),
  "random.categorical": call([m.t(key), m.t(x)], { axis: m.maybe(m.axis(1)), shape: m.maybe(m.shape([2])) }),
  "random.choice": call([m.t(key), m.size(4), m.maybe(m.shape([2]))], { replace: m.maybe(m.flag(false)) }),
  "random.gamma": call([m.t(key), m.shape([2])], { alpha: m.o(2) }),
  "random.beta": call([m.t(key), m.shape([2])], { a: m.o(2), b: m.o(2) }),
  "random.dirichlet": call([m.t(key), m.t(v)], { shape: m.maybe(m.shape([2])) }),
  "random.studentT": call([m.t(key), m.shape([2])], { df: m.o(2) }),
  "random.poisson": call([m.t(key), m.shape([2])], { rate: m.o(2) }),
  "random.multivariateNormal": call([m.t(key), m.t(v)], { factor: m.t(x), shape: m.maybe(m.shape([2])) }),
  "random.permutation": call([m.t(key), m.size(2)]),
};

type AnyFunction = (...args: unknown[]) => unknown;
const exported: Readonly<Record<string, unknown>> = {
  ...d,
  ...Object.fromEntries(Object.entries(nn).map(([name, f]) => [`nn.${name}`, f])),
  ...Object.fromEntries(Object.entries(d.random).map(([name, f]) => [`random.${name}`, f])),
};
const find = (name: string): AnyFunction => exported[name] as AnyFunction;

/** Everything that a public function must refuse: what is wrong, and the arguments. */
function* mistakes({ args, options }: Call): Generator<readonly [string, readonly unknown[]]> {
  const right = args.map((arg) => arg.right);
  const chosen = options && Object.fromEntries(Object.entries(options).map(([name, given]) => [name, given.right]));
  const all = chosen === undefined ? right : [...right, chosen];
  for (const [i, arg] of args.entries()) {
    for (const wrong of [...arg.wrong, ...(arg.optional ? [] : [undefined])])
      yield [`argument ${i}`, all.with(i, wrong)];
  }
  yield ["an argument too many", [...all, 7]];
  if (options === undefined) return;
  for (const [name, given] of Object.entries(options)) {
    for (const wrong of [...given.wrong, ...(given.optional ? [] : [undefined])]) {
      yield [`option ${name}`, [...right, { ...chosen, [name]: wrong }]];
    }
  }
  for (const wrong of [null, 1, "i32", true, [1], x, new Map(), () => 1]) yield ["options", [...right, wrong]];
  yield ["an unknown option", [...right, { ...chosen, axsi: 1 }]];
  yield ["an unknown option", [...right, { ...chosen, constructor: 1 }]];
}

const show = (value: unknown): string => {
  try {
    return typeof value === "object" && value !== null
      ? `${value.constructor?.name ?? "object"} ${JSON.stringify(value)}`
      : String(value);
  } catch {
    return "a tensor";
  }
};

/** Functions whose errors name the function that they are, or that they call at once. */
const otherNames: Readonly<Record<string, string>> = {
  take: "gather",
  convLayer: "convLayer|conv2d",
  conv1d: "conv1d|conv2d",
  depthwiseConv2d: "depthwiseConv2d|conv2d",
  maxPool1d: "maxPool1d|maxPool2d",
  ema: "ema|zipTrees",
  crossEntropy: "crossEntropy|softmaxCrossEntropy",
};
const names = (name: string): RegExp => {
  const own = name.replace(/^(random|nn)\./, "");
  return new RegExp(`^a tree holds a tensor of another|^(random\\.)?(${otherNames[own] ?? own}): `);
};

/** Tested elsewhere: what takes no wrong value, devices (device-misuse.ts), records of ops, models, and what reads files. */
const elsewhere = [
  ...["openDevice", "apply", "apply1"], // below
  ...["isTensor", "parseTuning", "tune", "nn.scheduleOf", "nn.fileNameOf", "nn.parseModel", "nn.torchNameOf"],
  ...["nn.beginTraining", "nn.supervisedStep"], // made of functions that are here
];

describe("misuse", () => {
  it("covers every public function", () => {
    const functions = Object.entries(exported).filter(
      ([name, f]) => typeof f === "function" && !/^(\w+\.)?[A-Z]/.test(name),
    );
    const missing = functions.map(([name]) => name).filter((name) => !(name in calls) && !elsewhere.includes(name));
    expect(missing).toEqual([]);
  });

  it.each(Object.entries(calls).filter(([name]) => find(name) !== undefined))("%s", (name, given) => {
    const f = find(name);
    const right = given.args.map((arg) => arg.right);
    f(
      ...right,
      ...(given.options ? [Object.fromEntries(Object.entries(given.options).map(([k, g]) => [k, g.right]))] : []),
    );
    const bad: string[] = [];
    for (const [what, args] of mistakes(given)) {
      const context = `${what}: ${args.map(show).join(", ")}`;
      try {
        f(...args);
        bad.push(`nothing thrown for ${context}`);
      } catch (error) {
        if (!(error instanceof d.DeconfoundError)) bad.push(`${String(error)} for ${context}`);
        else if (!error.message.includes("misuse.test.ts")) bad.push(`no call site: ${error.message} for ${context}`);
        else if (!names(name).test(error.message)) bad.push(`${error.message} for ${context}`);
      }
    }
    expect(bad).toEqual([]);
  });

  it("openDevice, apply", async () => {
    await expect(d.openDevice({ divice: 1 } as never)).rejects.toThrow(/^openDevice: there is no option divice/);
    await expect(d.openDevice(1 as never)).rejects.toThrow(/^openDevice: the options are 1/);
    const apply = d.apply as (...args: unknown[]) => unknown;
    expect(() => apply(undefined, [x], null)).toThrow(/^apply: op is missing/);
    expect(() => apply(neg, x, null)).toThrow(/^apply: inputs is f32\[2,2\]/);
    expect(() => apply(neg, [3], null)).toThrow(/^apply: inputs is \[3\]\n.*\n.*wrap it/);
  });
});
