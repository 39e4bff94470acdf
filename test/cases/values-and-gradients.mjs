import { d, f32, gradOf, i32, inf, nan, u32 } from "./harness.mjs";

const { grad, sum } = d;
export const cases = [];
const add = (c) => cases.push(c);
const G = (f) => gradOf(f);

// gradients
add({
  id: "g01",
  what: "double where guards sqrt",
  args: () => [f32([-1, 0, 4])],
  f: G((x) => d.where(d.greater(x, 0), d.sqrt(d.where(d.greater(x, 0), x, 1)), 0)),
  want: [0, 0, 0.25],
});
add({ id: "g02", what: "squared norm at 0", args: () => [f32([0, 0])], f: G((x) => d.sum(d.square(x))), want: [0, 0] });
add({
  id: "g03",
  what: "logSumExp of nothing but -inf: value",
  args: () => [f32([-inf, -inf])],
  f: (x) => d.logSumExp(x),
  want: [-inf],
});
add({
  id: "g04",
  what: "logSumExp of nothing but -inf: gradient 0",
  args: () => [f32([-inf, -inf])],
  f: grad((x) => d.logSumExp(x)),
  want: [0, 0],
});
add({
  id: "g06",
  what: "logSumExp with +inf: value",
  args: () => [f32([inf, 1])],
  f: (x) => d.logSumExp(x),
  want: [inf],
});
add({ id: "g07", what: "x^0 at 0: gradient 0", args: () => [f32([0, 2])], f: G((x) => d.pow(x, 0)), want: [0, 0] });
add({
  id: "g08",
  what: "x^1, x^2, x^3 at 0",
  args: () => [f32([0])],
  f: (x) => [1, 2, 3].map((p) => G((y) => d.pow(y, p))(x)),
  want: [1, 0, 0],
});
add({
  id: "g09",
  what: "d/db a^b at a=0, b=1,2",
  args: () => [f32([1, 2])],
  f: G((b) => d.pow(f32([0, 0]), b)),
  want: [0, 0],
});
add({
  id: "g11",
  what: "negative base, integer power",
  args: () => [f32([-2, -3])],
  f: G((x) => d.pow(x, 3)),
  want: [12, 27],
});
add({
  id: "g12",
  what: "max tie: gradient sums to one",
  args: () => [f32([2, 2, 1])],
  f: (x) => sum(grad((y) => d.max(y))(x)),
  want: [1],
});
add({
  id: "g14",
  what: "relu, abs, clip at the kink",
  args: () => [f32([0])],
  f: (x) => [G(d.relu)(x), G(d.abs)(x), G((y) => d.clip(y, { min: 0, max: 1 }))(x)],
  want: [0, 0, 1],
});
add({
  id: "g15",
  what: "clip outside: gradient 0; min>max",
  args: () => [f32([-2, 0.5, 2])],
  f: G((y) => d.clip(y, { min: 0, max: 1 })),
  want: [0, 1, 0],
});
add({
  id: "g16",
  what: "variance of constants: gradient 0",
  args: () => [f32([1, 1, 1])],
  f: grad((x) => d.variance(x)),
  want: [0, 0, 0],
});
add({
  id: "g17",
  what: "sqrt(variance + eps) of constants",
  args: () => [f32([1, 1, 1])],
  f: grad((x) => d.sqrt(d.variance(x).add(1e-6))),
  want: [0, 0, 0],
});
add({
  id: "g19",
  what: "logSoftmax of [1000, 0, -1000]",
  args: () => [f32([1000, 0, -1000])],
  f: (x) => [d.logSoftmax(x), grad((y) => d.slice(d.logSoftmax(y), { start: 0, stop: 1 }).sum())(x)],
  want: [0, -1000, -2000, 0, 0, 0],
});
add({
  id: "g21",
  what: "prod with one zero / two zeros",
  args: () => [f32([0, 2, 3]), f32([0, 0, 3])],
  f: (x, y) => [grad((z) => d.prod(z))(x), grad((z) => d.prod(z))(y)],
  want: [6, 0, 0, 0, 0, 0],
});
add({
  id: "g23",
  what: "gather duplicates accumulate",
  args: () => [f32([1, 2, 3])],
  f: G((x) => d.gather(x, i32([0, 0, 2, 0])).mul(f32([1, 2, 3, 4]))),
  want: [7, 0, 3],
});
add({
  id: "g24",
  what: "sort gradient with ties keeps mass",
  args: () => [f32([2, 1, 2])],
  f: G((x) => d.sort(x).mul(f32([1, 10, 100]))),
  want: [10, 1, 100],
});
add({
  id: "g25",
  what: "topK gradient",
  args: () => [f32([5, 1, 4, 2])],
  f: G((x) => d.topK(x, { k: 2 }).values.mul(f32([1, 10]))),
  want: [1, 0, 10, 0],
});
add({
  id: "g27",
  what: "sigmoid, logSigmoid gradients far out",
  args: () => [f32([-200, 200])],
  f: (x) => [G(d.sigmoid)(x), G(d.logSigmoid)(x)],
  want: [0, 0, 1, 0],
});
add({ id: "g28", what: "tanh gradient at 100", args: () => [f32([100, -100])], f: G(d.tanh), want: [0, 0] });
add({
  id: "g31",
  what: "logMeanExp at 1000",
  args: () => [f32([1000, 1000])],
  f: (x) => [d.logMeanExp(x), grad((y) => d.logMeanExp(y))(x)],
  want: [1000, 0.5, 0.5],
  tol: { rel: 1e-4 },
});
add({
  id: "g32",
  what: "mod gradient by b",
  args: () => [f32([7.5]), f32([2])],
  f: d.grad((a, b) => d.mod(a, b).sum(), { argnums: [0, 1] }),
  want: [1, -3],
});
add({
  id: "g34",
  what: "relu second derivative is 0, relu'(NaN)",
  args: () => [f32([1, -1])],
  f: G(G(d.relu)),
  want: [0, 0],
});
add({ id: "g35", what: "abs hessian 0", args: () => [f32([0, 1])], f: G(G(d.abs)), want: [0, 0] });
add({
  id: "g36",
  what: "cumsum axis gradient",
  args: () => [f32([1, 2, 3])],
  f: G((x) => d.cumsum(x).mul(f32([1, 10, 100]))),
  want: [111, 110, 100],
});
add({
  id: "g37",
  what: "where gradient to broadcast branches",
  args: () => [f32([1]), f32([2, 3])],
  f: d.grad((a, b) => d.where(d.greater(b, 2), a, b).sum(), { argnums: [0, 1] }),
  want: [1, 1, 0],
});
add({
  id: "g39",
  what: "softmax cross entropy with a certain logit",
  args: () => [f32([1e4, 0, 0], [1, 3])],
  f: (x) => [d.softmaxCrossEntropy(x, i32([1])), G((y) => d.softmaxCrossEntropy(y, i32([1])))(x)],
  want: [1e4, 1, -1, 0],
});

// values
const U = (id, what, f, xs, want, tol) => add({ id, what, args: () => [f32(xs)], f, want, tol });
U("n02", "sigmoid of extremes and NaN", d.sigmoid, [inf, -inf, 100, -1000, nan], [1, 0, 1, 0, nan]);
U("n03", "softplus of extremes and NaN", d.softplus, [inf, -inf, 100, -1000, nan], [inf, 0, 100, 0, nan]);
add({
  id: "n05",
  what: "exp of extremes",
  args: () => [f32([inf, -inf, 89, -104, nan, 0])],
  f: d.exp,
  want: [inf, 0, inf, 0, nan, 1],
  tol: { abs: 1e-38 },
  f64: false,
});
U("n06", "log of extremes", d.log, [inf, 0, -0, -1, nan, 1], [inf, -inf, -inf, nan, nan, 0]);
U("n07", "log1p of extremes", d.log1p, [-1, inf, -2, 1e-10, nan], [-inf, inf, nan, 1e-10, nan], {
  abs: 1e-15,
  rel: 1e-5,
});
U("n08", "expm1 of extremes", d.expm1, [inf, -inf, 1e-10, -1e-10, nan], [inf, -1, 1e-10, -1e-10, nan], {
  abs: 1e-15,
  rel: 1e-5,
});
U("n09", "sqrt, of negatives too", d.sqrt, [inf, 0, -1, nan, 4], [inf, 0, nan, nan, 2]);
U("n10", "rsqrt", d.rsqrt, [inf, 0, -1, nan, 4], [0, inf, nan, nan, 0.5]);
U("n11", "relu of NaN", d.relu, [nan, -1, 1, -inf, inf], [nan, 0, 1, 0, inf]);
U("n12", "leakyRelu of NaN", (x) => d.leakyRelu(x), [nan, -1, 1], [nan, -0.01, 1]);
U("n15", "max of a NaN in the middle", (x) => d.max(x), [1, nan, 3], [nan]);
U("n16", "max of a leading NaN", (x) => d.max(x), [nan, 1, 3], [nan]);
U("n18", "max of nothing but -inf", (x) => d.max(x), [-inf, -inf], [-inf]);
U("n20", "sum with NaN, inf", (x) => [d.sum(x), d.mean(x)], [1, nan, inf], [nan, nan]);
U("n21", "sum inf - inf", (x) => d.sum(x), [inf, -inf, 1], [nan]);
U("n22", "argmax with NaN: the first NaN, as NumPy and JAX have it", (x) => d.argmax(x), [3, nan, 5, 1], [1]);
U("n23", "argmax of nothing but -inf", (x) => d.argmax(x), [-inf, -inf, -inf], [0]);
U(
  "n25",
  "x ≠ x finds NaN",
  (x) => [d.notEqual(x, x), d.equal(x, x), d.logicalNot(d.equal(x, x))],
  [nan, 1, inf],
  [1, 0, 0, 0, 1, 1, 1, 0, 0],
);
U(
  "n26",
  "comparisons with NaN are false",
  (x) => [d.less(x, 1), d.greaterEqual(x, 1), d.lessEqual(x, x), d.greater(x, x)],
  [nan],
  [0, 0, 0, 0],
);
U("n27", "isFinite", (x) => d.isFinite(x), [nan, inf, -inf, 0, 3e38], [0, 0, 0, 1, 1]);
U(
  "n28",
  "sort with NaN last, inf, -0",
  (x) => d.sort(x),
  [nan, 3, 1, nan, 2, -inf, inf],
  [-inf, 1, 2, 3, inf, nan, nan],
);
U("n30", "argsort is stable", (x) => d.argsort(x), [1, 0, 1, 0, -0, 0], [1, 3, 4, 5, 0, 2]);
U(
  "n31",
  "round half to even, floor",
  (x) => [d.round(x), d.floor(x)],
  [0.5, 1.5, 2.5, -0.5, -1.5, -2.5],
  [0, 2, 2, 0, -2, -2, 0, 1, 2, -1, -2, -3],
);
U("n32", "sin of large numbers", d.sin, [1e3, 1e4, 1e5], [Math.sin(1e3), Math.sin(1e4), Math.sin(1e5)], {
  abs: 2 ** -11,
});
U("n34", "cos of 1e8 stays in [-1, 1]", (x) => d.lessEqual(d.abs(d.cos(x)), 1.001), [1e8, 1e12, 3e38], [1, 1, 1]);
add({
  id: "n35",
  what: "pow corner cases",
  args: () => [f32([-8, 0, -0, inf, nan, 1, 0, -2, 2, 2, -1]), f32([1 / 3, -1, -1, 0, 0, nan, 0, 3, 0.5, -1074, 1e9])],
  f: d.pow,
  want: [nan, inf, -inf, 1, 1, nan, 1, -8, Math.SQRT2, 0, 1],
  tol: { rel: 1e-4 },
});
add({
  id: "n37",
  what: "f32 → i32 saturates (NaN undefined, as documented)",
  args: () => [f32([inf, -inf, 3e9, -3e9, 2.9, -2.9])],
  f: (x) => d.cast(x, "i32"),
  want: [2147483647, -2147483648, 2147483647, -2147483648, 2, -2],
  tol: { rel: 0, abs: 0 },
});
add({
  id: "n38",
  what: "f32 → u32 saturates",
  args: () => [f32([inf, -1, 5e9, 3e9, -0.5])],
  f: (x) => d.cast(x, "u32"),
  want: [4294967295, 0, 4294967295, 3e9, 0],
  tol: { rel: 0, abs: 0 },
});
add({
  id: "n39",
  what: "f32 → u8 saturates",
  args: () => [f32([300, -5, 255.9, nan, 0.4, inf])],
  f: (x) => d.cast(d.cast(x, "u8"), "i32"),
  want: [255, 0, 255, 0, 0, 255],
});
add({
  id: "n40",
  what: "f32 → bool",
  args: () => [f32([0, -0, 0.5, nan, inf])],
  f: (x) => d.cast(x, "bool"),
  want: [0, 0, 1, 1, 1],
});
add({
  id: "n42",
  what: "f16 overflow (to ±65504, as documented), rounding, subnormals",
  args: () => [f32([70000, 65519, 65520, -1e9, 2049, 2051, 6e-8, 1e-9, nan, inf])],
  f: (x) => d.cast(d.cast(x, "f16"), "f32"),
  want: [65504, 65504, 65504, -65504, 2048, 2052, 2 ** -24, 0, nan, 65504],
});
add({
  id: "n43",
  what: "i32 mod, floorDiv of negatives",
  args: () => [i32([7, -7, 7, -7, -6]), i32([3, 3, -3, -3, 3])],
  f: (a, b) => [d.mod(a, b), d.floorDiv(a, b)],
  want: [1, 2, -2, -1, 0, 2, -3, -3, 2, -2],
});
add({
  id: "n45",
  what: "f32 mod, floorDiv of negatives",
  args: () => [f32([7, -7, 7, -7, -6, 0.3, 1]), f32([3, 3, -3, -3, 3, 0.1, 0.1])],
  f: (a, b) => [d.mod(a, b).slice({ stop: 5 }), d.floorDiv(a, b).slice({ stop: 5 })],
  want: [1, 2, -2, -1, 0, 2, -3, -3, 2, -2],
});
add({
  id: "n46",
  what: "f32 mod by zero, inf",
  args: () => [f32([5, 5, inf, -5]), f32([0, inf, 3, inf])],
  f: (a, b) => d.mod(a, b),
  want: [nan, 5, nan, inf],
});
add({
  id: "n48",
  what: "i32 sums above 2^24, wrap",
  args: () => [i32([16777216, 1, 1]), i32([2147483647, 1])],
  f: (a, b) => [d.sum(a), d.sum(b)],
  want: [16777218, -2147483648],
});
add({
  id: "n49",
  what: "i32 mul wraps exactly",
  args: () => [i32([123456789, 65536])],
  f: (a) => d.mul(a, a),
  want: [Math.imul(123456789, 123456789), 0],
});
add({
  id: "n51",
  what: "arange i32 from 2^24",
  args: () => [],
  f: () => d.arange(16777220, { start: 16777217, dtype: "i32" }),
  want: [16777217, 16777218, 16777219],
});
add({
  id: "n52",
  what: "arange with a fractional step",
  args: () => [],
  f: () => d.arange(1, { step: 0.1 }),
  want: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
});
add({
  id: "n53",
  what: "variance of a large mean",
  args: () => [f32(Array.from({ length: 1024 }, (_, i) => 1e4 + (i % 2)))],
  f: (x) => [d.variance(x), d.moments(x).variance],
  want: [0.25, 0.25],
  tol: { rel: 1e-3 },
});
add({
  id: "n54",
  what: "batchNorm of large mean, small spread",
  args: () => [
    f32(
      Array.from({ length: 64 }, (_, i) => 1e4 + (i % 2) * 0.25),
      [64, 1],
    ),
  ],
  f: (x) => d.batchNorm(x, f32([1]), f32([0]), { epsilon: 0 }).y.slice({ axis: 0, stop: 2 }),
  want: [-1, 1],
  tol: { rel: 1e-2 },
});
add({
  id: "n56",
  what: "softmax of large and of equal infinities",
  args: () => [f32([1e30, 1e30, -1e30])],
  f: (x) => d.softmax(x),
  want: [0.5, 0.5, 0],
});
add({
  id: "n58",
  what: "Infinity literal in where (mask)",
  args: () => [f32([1, 2, 3])],
  f: (x) => d.softmax(d.where(d.less(x, 3), x, -Infinity)),
  want: [1 / (1 + Math.E), Math.E / (1 + Math.E), 0],
});
add({
  id: "n59",
  what: "Infinity, NaN literals",
  args: () => [f32([1, -1])],
  f: (x) => [
    d.add(x, Infinity),
    d.mul(x, -Infinity),
    d.where(d.greater(x, 0), x, NaN),
    d.full([2], -Infinity),
    d.minimum(x, Infinity),
    d.maximum(x, -Infinity),
  ],
  want: [inf, inf, -inf, inf, 1, nan, -inf, -inf, 1, -1, 1, -1],
});
add({
  id: "n61",
  what: "extreme literals",
  args: () => [f32([1])],
  f: (x) => [d.mul(x, 3.4028234663852886e38), d.mul(x, 1.1754943508222875e-38), d.mul(x, 1e39), d.mul(x, 0.1)],
  f64: false,
  want: [3.4028234663852886e38, 1.1754943508222875e-38, inf, 0.1],
  tol: { abs: 0, rel: 1e-6 },
});
add({
  id: "n62",
  what: "division",
  args: () => [f32([1, -1, 0, 1e38, 1]), f32([0, 0, 0, 1e-38, inf])],
  f: (a, b) => d.div(a, b),
  want: [inf, -inf, nan, inf, 0],
  f64: false,
});
add({
  id: "n63",
  what: "x - x, x / x, 0·x with inf, NaN are not folded",
  args: () => [f32([inf, nan, 2])],
  f: (x) => [d.sub(x, x), d.div(x, x), d.mul(x, 0)],
  want: [nan, nan, 0, nan, nan, 1, nan, nan, 0],
});
add({
  id: "n65",
  what: "erfInv at ±1, beyond, near",
  args: () => [f32([1, -1, 0.999999, 0, 2, nan])],
  f: d.erfInv,
  want: [inf, -inf, 3.458910737, 0, nan, nan],
  tol: { rel: 1e-3 },
});
add({
  id: "n67",
  what: "cumsum u32 wraps",
  args: () => [u32([4294967295, 2, 5])],
  f: (x) => d.cumsum(x),
  want: [4294967295, 1, 6],
});
add({
  id: "n69",
  what: "erf accuracy around 1",
  args: () => [f32([0.9, 0.99, 1, 1.01, 1.5, 2, 3])],
  f: d.erf,
  want: [0.7969082124, 0.8385081, 0.8427007929, 0.8468105, 0.9661051465, 0.995322265, 0.9999779095],
  tol: { abs: 5e-7, rel: 1e-6 },
});
