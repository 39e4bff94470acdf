import { d, f32, gradOf, inf, nan } from "./harness.mjs";

const { grad, sum } = d;
export const cases = [];
const add = (c) => cases.push(c);
const G = gradOf;
const seq = (n) => Array.from({ length: n }, (_, i) => i);
// second derivative along a curve through batch norm, in training mode
const curve = (t) => seq(8).map((i) => (i + 1) * t + ((i % 3) - 1) * t * t + i);
const bnLoss = (t) => {
  const x = curve(t),
    w = [1.5, -0.5],
    b = [0.25, 1];
  let total = 0;
  for (const c of [0, 1]) {
    const ids = seq(8).filter((i) => Math.floor(i / 2) % 2 === c);
    const m = ids.reduce((a, i) => a + x[i], 0) / 4;
    const v = ids.reduce((a, i) => a + (x[i] - m) ** 2, 0) / 4;
    for (const i of ids) total += ((w[c] * (x[i] - m)) / Math.sqrt(v + 0.25) + b[c]) * (i + 1);
  }
  return total;
};
const second = (f, t, h) => (-f(t + 2 * h) + 16 * f(t + h) - 30 * f(t) + 16 * f(t - h) - f(t - 2 * h)) / (12 * h * h);
const bn = (t) => {
  const i = seq(8);
  const x = d.add(
    d.add(d.mul(f32(i.map((k) => k + 1)), t), d.mul(f32(i.map((k) => (k % 3) - 1)), d.mul(t, t))),
    f32(i),
  );
  const images = d.reshape(d.transpose(d.reshape(x, [2, 2, 2]), { axes: [0, 2, 1] }), [4, 2]);
  const y = d.batchNorm(images, f32([1.5, -0.5]), f32([0.25, 1]), { epsilon: 0.25 }).y;
  const w = d.reshape(d.transpose(d.reshape(f32(i.map((k) => k + 1)), [2, 2, 2]), { axes: [0, 2, 1] }), [4, 2]);
  return sum(d.mul(y, w));
};
const along = (f) => (t) => d.jvp(f, [t], [d.ones([])]).tangent;
const wantSecond = second(bnLoss, -6, 5e-3);
add({
  id: "e01",
  what: "nested jvp through batch norm",
  args: () => [f32([-6], [])],
  f: along(along(bn)),
  want: [wantSecond],
  tol: { rel: 2e-3, abs: 2e-3 },
});
add({
  id: "e03",
  what: "convTranspose2d 1×1, stride 2: gradient of the input",
  args: () => [f32([2, 3], [1, 1, 2, 1]), f32([-0.5], [1, 1, 1, 1])],
  f: (x, w) => {
    const y = (v) => d.convTranspose2d(v, w, { stride: [1, 2] });
    return [y(x), G((v) => y(v).mul(f32([1.5, 0, 0.7], [1, 1, 3, 1])))(x)];
  },
  want: [-1, 0, -1.5, -0.75, -0.35],
});
add({
  id: "e05",
  what: "max pool with windows of nothing but padding: refused or −inf, not a silent finite number",
  args: () => [f32([1, 2, 3, 4], [1, 2, 2, 1])],
  f: (x) => d.maxPool2d(x, { size: 2, stride: 1, padding: 2 }),
  throws: /padding|window/,
  want: [],
});
add({
  id: "e09",
  what: "elu by where(expm1) at 100, guarded",
  args: () => [f32([100, -1])],
  f: G((x) => d.where(d.greater(x, 0), x, d.expm1(d.minimum(x, 0)))),
  want: [1, Math.exp(-1)],
});
add({
  id: "e10",
  what: "floorDiv(n, n) is 1, mod(n, n) is 0 for n = 1 … 200",
  args: () => [f32(seq(200).map((i) => i + 1))],
  f: (x) => [d.sum(d.floorDiv(x, d.mul(x, 1))), d.sum(d.abs(d.mod(x, d.mul(x, 1))))],
  want: [200, 0],
});
add({
  id: "e11",
  what: "div of exact multiples is exact",
  args: () => [f32(seq(300).map((i) => (i + 1) * 15)), f32(seq(300).map(() => 15))],
  f: (a, b) => d.sum(d.abs(d.sub(d.div(a, b), f32(seq(300).map((i) => i + 1))))),
  want: [0],
  tol: { abs: 0 },
});
add({
  id: "e17",
  what: "mean that ignores NaN by x ≠ x",
  args: () => [f32([1, nan, 3])],
  f: (x) => {
    const bad = d.notEqual(x, x);
    return d.div(d.sum(d.where(bad, 0, x)), d.sum(d.where(bad, 0, d.ones([3]))));
  },
  want: [2],
});
add({
  id: "e19",
  what: "sin of 2e5, 5e5, 1e6 to 2⁻¹¹ (as documented)",
  args: () => [f32([2e5, 5e5, 1e6])],
  f: d.sin,
  want: [2e5, 5e5, 1e6].map(Math.sin),
  tol: { abs: 2 ** -11, rel: 0 },
});
add({
  id: "e21",
  what: "customVjp that captures a differentiated tensor refuses",
  args: () => [f32([2])],
  f: (x) =>
    G((a) =>
      d.customVjp(
        (b) => d.mul(b, a),
        ({ args: [_b], g }) => [g],
      )(d.square(a)),
    )(x),
  throws: /captures/,
  want: [],
});
add({
  id: "e22",
  what: "customVjp captures a constant: gradient, jvp",
  args: () => [f32([2]), f32([5])],
  f: (x, c) => {
    const h = d.customVjp(
      (b) => d.mul(b, c),
      ({ g }) => [d.mul(g, d.mul(c, 2))],
    );
    return [G(h)(x), d.jvp(h, [x], [d.ones([1])]).tangent];
  },
  want: [10, 10],
});
add({
  id: "e23",
  what: "max over f32 of lowest and −inf",
  args: () => [f32([-3.4028234663852886e38, -inf])],
  f: (x) => [d.max(x), d.argmax(x)],
  want: [-3.4028234663852886e38, 0],
});
add({
  id: "e25",
  what: "softmax of a fully masked row is NaN (documented), never a silent uniform",
  args: () => [f32([-inf, -inf])],
  f: (x) => d.softmax(x),
  want: [nan, nan],
});
add({
  id: "e26",
  what: "max pool of −inf, NaN",
  args: () => [f32([-inf, -inf, -inf, -inf], [1, 2, 2, 1])],
  f: (x) => d.maxPool2d(x, { size: 2 }),
  want: [-inf],
});
add({
  id: "e27",
  what: "clip with NaN bounds, infinite bounds",
  args: () => [f32([5, -5]), f32([inf], []), f32([-inf], [])],
  f: (x, hi, lo) => d.clip(x, { min: lo, max: hi }),
  want: [5, -5],
});
add({
  id: "e29",
  what: "polynomial Σ c_k x^k, k = 0 … 3, at 0: gradient c_1",
  args: () => [f32([0], [])],
  f: grad((x) => sum(d.mul(f32([7, 5, 3, 2]), d.pow(x, f32([0, 1, 2, 3]))))),
  want: [5],
});
add({
  id: "e31",
  what: "normalise by max(norm, ε) at 0: gradient finite",
  args: () => [f32([0, 0])],
  f: G((x) => d.div(x, d.sqrt(d.maximum(d.sum(d.square(x)), 1e-12)))),
  want: [1e6, 1e6],
  tol: { rel: 1e-3 },
});
add({
  id: "e32",
  what: "cosine similarity of equal vectors: gradient 0",
  args: () => [f32([3, 4]), f32([3, 4])],
  f: (a, b) => grad((x) => d.div(d.dot(x, b), d.mul(d.sqrt(d.dot(x, x)), d.sqrt(d.dot(b, b)))))(a),
  want: [0, 0],
  tol: { abs: 1e-6 },
});
add({
  id: "e33",
  what: "Hessian-vector products through sort and topK",
  args: () => [f32([3, 1, 2])],
  f: (x) => [
    d.hvp((y) => sum(d.mul(d.square(d.sort(y)), f32([1, 10, 100]))), [x], [d.ones([3])])[0],
    d.hvp((y) => sum(d.mul(d.square(d.topK(y, { k: 2 }).values), f32([1, 10]))), [x], [d.ones([3])])[0],
  ],
  want: [200, 2, 20, 2, 0, 20],
});
