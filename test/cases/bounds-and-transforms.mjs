import { d, f32, gradOf, i32, inf } from "./harness.mjs";

const { grad, sum } = d;
export const cases = [];
const add = (c) => cases.push(c);
const G = gradOf;
const seq = (n) => Array.from({ length: n }, (_, i) => i);
const E = Math.E;

// MI bounds on given scores f (n, n); diagonal = joint samples
const infoNce = (f) => d.mean(d.sub(d.diagonal(f), d.logMeanExp(f, { axis: 1 })));
const n = 4;
const S = seq(16).map((i) => Math.sin(i) * 2); // scores
const at = (i, j) => S[i * n + j];
const off = seq(n).flatMap((i) =>
  seq(n)
    .filter((j) => j !== i)
    .map((j) => at(i, j)),
);
const diag = seq(n).map((i) => at(i, i));
const meanOf = (v) => v.reduce((a, b) => a + b, 0) / v.length;
const lme = (v) => Math.log(meanOf(v.map(Math.exp)));
const scores = () => [f32(S, [n, n])];
const eye = () => d.cast(d.eye(n), "bool");
add({
  id: "m01",
  what: "InfoNCE of a perfect critic is log n, gradient finite",
  args: () => [
    d.tensor(
      seq(64 * 64).map((i) => (i % 65 === 0 ? 1000 : 0)),
      { shape: [64, 64] },
    ),
  ],
  f: (f) => [infoNce(f), sum(d.abs(grad(infoNce)(f)))],
  want: [Math.log(64), 0],
  tol: { abs: 1e-4 },
});
add({
  id: "m03",
  what: "InfoNCE value",
  args: scores,
  f: infoNce,
  want: [meanOf(seq(n).map((i) => at(i, i) - lme(seq(n).map((j) => at(i, j)))))],
});
const dv = (f) => d.sub(d.mean(d.diagonal(f)), d.sub(d.logSumExp(d.where(eye(), -Infinity, f)), Math.log(n * (n - 1))));
add({ id: "m04", what: "DV, diagonal masked by -Infinity", args: scores, f: dv, want: [meanOf(diag) - lme(off)] });
const nwj = (f) => d.sub(d.mean(d.diagonal(f)), d.mul(d.div(d.sum(d.where(eye(), 0, d.exp(f))), n * (n - 1)), 1 / E));
add({ id: "m06", what: "NWJ value", args: scores, f: nwj, want: [meanOf(diag) - meanOf(off.map(Math.exp)) / E] });
add({
  id: "m07",
  what: "NWJ overflow gives -inf, not NaN",
  args: () => [f32([0, 100, 100, 0], [2, 2])],
  f: (f) => {
    const e = d.cast(d.eye(2), "bool");
    return d.sub(d.mean(d.diagonal(f)), d.mul(d.sum(d.where(e, 0, d.exp(f))), 0.5 / E));
  },
  want: [-inf],
  tolOf: { "ref f64": { abs: inf } },
  f64: false,
});
// SMILE: clip of the log density ratio in the partition term only (Song & Ermon)
const tau = 1;
const smile = (f) => {
  const z = d.where(eye(), -1e30, d.clip(f, { min: -tau, max: tau }));
  return d.sub(d.mean(d.diagonal(f)), d.sub(d.logSumExp(z), Math.log(n * (n - 1))));
};
const clipped = off.map((v) => Math.min(Math.max(v, -tau), tau));
add({ id: "m09", what: "SMILE value, clipped", args: scores, f: smile, want: [meanOf(diag) - lme(clipped)] });
const _Z = clipped.map(Math.exp).reduce((a, b) => a + b, 0);
// MINE with a moving average in the gradient's denominator (Belghazi et al., §3.2): gradient of the second term is mean(eᵀ∇T)/ma
const mine = (t, s, ma) => d.sub(d.mean(t), d.div(d.mean(d.exp(s)), d.stopGradient(ma)));
add({
  id: "m11",
  what: "MINE gradient with EMA",
  args: () => [f32([0.5, 1]), f32([0.1, -0.2]), f32([2], [])],
  f: d.grad(mine, { argnums: [0, 1, 2] }),
  want: [0.5, 0.5, -Math.exp(0.1) / 4, -Math.exp(-0.2) / 4, 0],
});
const _emaLog = d.customVjp(
  (s, _ma) => d.logMeanExp(s),
  ({ args: [s, ma], g }) => [d.mul(g, d.div(d.exp(s), d.mul(ma, s.shape[0]))), null],
);
// CLUB (Cheng et al.): E log q(y|x) − E E log q(y|x'), Gaussian q
const MU = [0.5, -1, 2],
  Y = [0.3, -0.5, 1.5],
  LV = [0.1, -0.3, 0.2];
const club = (mu, lv, y) => {
  const m = d.expandDims(mu, { axis: 1 }),
    v = d.exp(d.expandDims(lv, { axis: 1 }));
  const logq = d.sub(
    d.mul(d.div(d.square(d.sub(d.expandDims(y, { axis: 0 }), m)), v), -0.5),
    d.mul(d.expandDims(lv, { axis: 1 }), 0.5),
  );
  return d.sub(d.mean(d.diagonal(logq)), d.mean(logq));
};
const lq = (i, j) => (-0.5 * (Y[j] - MU[i]) ** 2) / Math.exp(LV[i]) - 0.5 * LV[i];
const clubWant = meanOf(seq(3).map((i) => lq(i, i))) - meanOf(seq(9).map((k) => lq(Math.floor(k / 3), k % 3)));
add({ id: "m13", what: "CLUB value", args: () => [f32(MU), f32(LV), f32(Y)], f: club, want: [clubWant] });
add({
  id: "m14",
  what: "CLUB detached for the estimator: gradient reaches y only",
  args: () => [f32(MU), f32(LV), f32(Y)],
  f: (mu, lv, y) => d.grad((a, b, c) => club(d.stopGradient(a), d.stopGradient(b), c), { argnums: [0, 1] })(mu, lv, y),
  want: [0, 0, 0, 0, 0, 0],
});
const _jsd = (f) =>
  d.sub(d.neg(d.mean(d.softplus(d.neg(d.diagonal(f))))), d.div(d.sum(d.where(eye(), 0, d.softplus(f))), n * (n - 1)));
add({
  id: "m16",
  what: "pairwise distances: sqrt on the diagonal gives NaN gradient (documented), guarded it is right",
  args: () => [f32([0, 3, 7], [3, 1])],
  f: G((x) => {
    const q = d.square(d.sub(x, d.transpose(x)));
    const e = d.cast(d.eye(3), "bool");
    return d.where(e, 0, d.sqrt(d.where(e, 1, q)));
  }),
  want: [-4, 0, 4],
});
add({
  id: "m17",
  what: "spectralNorm of zeros",
  args: () => [f32([0, 0, 0, 0], [2, 2])],
  f: (w) => d.spectralNorm(w, d.ones([2]), 3).sigma,
  want: [0],
});
add({
  id: "m18",
  what: "sampleWeights of zero losses",
  args: () => [f32([0, 0])],
  f: (l) => d.sampleWeights(l, l, { exponent: 0.5, norm: "batchMean", cap: Infinity, floor: 0 }),
  want: [0, 0],
});
add({
  id: "m19",
  what: "generalizedCrossEntropy at certainty: value, gradient",
  args: () => [f32([100, 0], [1, 2])],
  f: (x) => [
    d.generalizedCrossEntropy(x, i32([0])),
    d.generalizedCrossEntropy(x, i32([1])),
    G((y) => d.generalizedCrossEntropy(y, i32([1])))(x),
  ],
  want: [0, 1 / 0.7, 0, 0],
});
add({
  id: "m21",
  what: "logSoftmax at 1e6: exp sums to one",
  args: () => [f32([1e6, 1e6])],
  f: (x) => sum(d.exp(d.logSoftmax(x))),
  want: [1],
  tol: { abs: 1e-3 },
});
add({
  id: "m22",
  what: "softmaxCrossEntropy of equal logits 1e6",
  args: () => [f32([1e6, 1e6], [1, 2])],
  f: (x) => [d.softmaxCrossEntropy(x, i32([0])), G((y) => d.softmaxCrossEntropy(y, i32([0])))(x)],
  want: [Math.LN2, -0.5, 0.5],
  tol: { abs: 1e-2 },
});

// transforms
const sq = d.customVjp(
  (x) => d.square(x),
  ({ args: [x], g }) => [d.mul(g, d.mul(x, 10))],
);
add({
  id: "t01",
  what: "customVjp: gradient, jvp, hvp, jacobian use the rule",
  args: () => [f32([3, 4])],
  f: (x) => [
    G(sq)(x),
    d.jvp(sq, [x], [f32([1, 2])]).tangent,
    d.hvp((y) => sum(sq(y)), [x], [f32([1, 0])])[0],
    d.jacobian(sq)(x),
  ],
  want: [30, 40, 30, 80, 10, 0, 30, 0, 0, 40],
});
const _st = d.customVjp(
  (x) => d.round(x),
  ({ g }) => [g],
);
const stop = d.customVjp(
  (x) => d.mul(d.stopGradient(x), 2),
  ({ g }) => [d.mul(g, 5)],
);
add({
  id: "t03",
  what: "stopGradient inside customVjp does not stop the rule",
  args: () => [f32([3])],
  f: G(stop),
  want: [5],
});
const stopRule = d.customVjp(
  (x) => d.square(x),
  ({ args: [x], g }) => [d.mul(g, d.stopGradient(d.mul(x, 2)))],
);
add({
  id: "t04",
  what: "stopGradient in the rule: second derivative 0",
  args: () => [f32([3])],
  f: (x) => [G(stopRule)(x), G(G(stopRule))(x)],
  want: [6, 0],
});
add({
  id: "t07",
  what: "checkpoint: gradient, captured tensor's gradient, nested, hvp",
  args: () => [f32([0.5]), f32([2])],
  f: (x, w) => {
    const body = d.checkpoint((y) => d.sin(d.mul(y, w)));
    const g1 = d.grad((a, b) => sum(d.checkpoint((y) => d.sin(d.mul(y, b)))(a)), { argnums: [0, 1] })(x, w);
    const nested = d.checkpoint((y) => body(body(y)));
    return [...g1, G(nested)(x), d.hvp((y) => sum(body(y)), [x], [f32([1])])[0]];
  },
  want: [2 * Math.cos(1), 0.5 * Math.cos(1), 2 * Math.cos(2 * Math.sin(1)) * 2 * Math.cos(1), -4 * Math.sin(1)],
});
add({
  id: "t08",
  what: "hasAux hands a tree through, aux has no gradient",
  args: () => [f32([3])],
  f: (x) => {
    const { gradient, aux } = d.grad((y) => ({ value: sum(d.square(y)), aux: { twice: d.mul(y, 2), note: "hi" } }), {
      hasAux: true,
    })(x);
    return [gradient, aux.twice];
  },
  want: [6, 6],
});
add({
  id: "t09",
  what: "gradient of gradient norm (double backward through batch norm)",
  args: () => [f32([1, 2, 4, 8, 3, 1], [3, 2])],
  f: (x) => {
    const loss = (y) =>
      sum(
        d
          .square(d.square(d.batchNorm(y, f32([1, 2]), f32([0, 1]), { epsilon: 1e-5 }).y))
          .mul(f32([1, 2, 3, 4, 5, 6], [3, 2])),
      );
    return grad((y) => sum(d.square(grad(loss)(y))))(x);
  },
  same: true,
  tol: { rel: 2e-3, abs: 1e-3 },
});
add({
  id: "t11",
  what: "double backward of convolution: stride, padding, dilation, groups",
  args: () => [
    f32(
      seq(50).map((i) => Math.sin(i)),
      [1, 5, 5, 2],
    ),
    f32(
      seq(36).map((i) => Math.cos(i)),
      [3, 3, 1, 4],
    ),
  ],
  f: (x, w) =>
    [
      { stride: 2, padding: 1, groups: 2 },
      {
        dilation: 2,
        padding: [
          [2, 1],
          [0, 2],
        ],
        groups: 2,
      },
    ].map((o) => {
      const loss = (a, b) => sum(d.square(d.conv2d(a, b, o)));
      return d.grad(
        (a, b) =>
          d
            .grad(loss, { argnums: [0, 1] })(a, b)
            .map((t) => sum(d.square(t)))
            .reduce((p, q) => d.add(p, q)),
        { argnums: [0, 1] },
      )(x, w);
    }),
  same: true,
  tol: { rel: 1e-4, abs: 1e-2 },
});
add({
  id: "t13",
  what: "max pool, avg pool gradients with overlap and padding, ties",
  args: () => [
    f32(
      seq(25).map((i) => i % 3),
      [1, 5, 5, 1],
    ),
  ],
  f: (x) => [
    G((y) => d.square(d.maxPool2d(y, { size: 3, stride: 2, padding: 1 })))(x),
    G((y) => d.square(d.avgPool2d(y, { size: 3, stride: 2, padding: 1 })))(x),
  ],
  same: true,
});
add({
  id: "t15",
  what: "jvp along tangents through integers and where",
  args: () => [f32([2, -3])],
  f: (x) => {
    const { value, tangent } = d.jvp(
      (y) => ({ a: d.where(d.greater(y, 0), d.square(y), y), k: d.argmax(y) }),
      [x],
      [f32([1, 1])],
    );
    return [value.a, value.k, tangent.a, d.cast(tangent.k, "f32")];
  },
  want: [4, -3, 0, 4, 1, 0],
});
add({
  id: "t16",
  what: "perturbation confusion: d/dx (x · d/dy (x + y))",
  args: () => [f32([3])],
  f: (x) => G((a) => d.mul(a, G((b) => d.add(a, b))(f32([1]))))(x),
  want: [1],
});
add({
  id: "t18",
  what: "unused argument gets zeros; integer output of loss refused",
  args: () => [f32([3])],
  f: (x) => d.grad((a, _b) => sum(a), { argnums: [0, 1] })(x, x),
  want: [1, 0],
});
add({
  id: "t19",
  what: "grad of a non-scalar refuses",
  args: () => [f32([1, 2])],
  f: (x) => d.grad((y) => d.square(y))(x),
  throws: /scalar/,
  want: [],
});
add({
  id: "t20",
  what: "grad by an integer refuses",
  args: () => [i32([1, 2])],
  f: (x) => d.grad((y) => sum(d.cast(y, "f32")))(x),
  throws: /only f32/,
  want: [],
});
add({
  id: "t21",
  what: "grad by f16 through casts",
  args: () => [f32([1.5])],
  f: (x) => G((y) => d.square(d.cast(d.cast(y, "f16"), "f32")))(x),
  want: [3],
});
add({
  id: "t23",
  what: "gridSample outside, gradient by the grid",
  args: () => [f32(seq(9), [1, 3, 3, 1]), f32([0.5, 0.5, -5, 5, 0, 0], [1, 1, 3, 2])],
  f: (x, g) => [d.gridSample(x, g), d.grad((a, b) => sum(d.gridSample(a, b)), { argnums: [1] })(x, g)[0]],
  same: true,
});
add({
  id: "t25",
  what: "vjp with a cotangent of the wrong shape refuses",
  args: () => [f32([1, 2])],
  f: (x) => d.vjp(d.square, x).pullback(f32([1, 2, 3])),
  throws: /f32\[2\]/,
  want: [],
});
