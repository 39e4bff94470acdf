import { d, f32, gradOf, i32, inf } from "./harness.mjs";

const { grad, sum } = d;
export const cases = [];
const add = (c) => cases.push(c);
const G = gradOf;
const _z = (...shape) => d.zeros(shape);
const shapes = (t) => f32(d.flattenTree(t).flatMap((x) => [x.shape.length, ...x.shape]));
const seq = (n) => Array.from({ length: n }, (_, i) => i);

// zero sizes
add({
  id: "s01",
  what: "sums over empty axes",
  args: () => [f32([], [0, 3])],
  f: (x) => [d.sum(x), d.sum(x, { axis: 0 }), d.sum(x, { axis: 1 })],
  want: [0, 0, 0, 0],
});
add({
  id: "s02",
  what: "prod, logSumExp, all, any of nothing",
  args: () => [f32([])],
  f: (x) => [d.prod(x), d.logSumExp(x), d.all(d.greater(x, 0)), d.any(d.greater(x, 0))],
  want: [1, -inf, 1, 0],
});
add({
  id: "s03",
  what: "max of nothing refuses",
  args: () => [f32([])],
  f: (x) => d.max(x),
  throws: /no elements/,
  want: [],
});
add({
  id: "s04",
  what: "mean of nothing refuses",
  args: () => [f32([])],
  f: (x) => d.mean(x),
  throws: /no elements/,
  want: [],
});
add({
  id: "s06",
  what: "matmul with inner size 0",
  args: () => [f32([], [2, 0]), f32([], [0, 3])],
  f: (a, b) => d.matmul(a, b),
  want: [0, 0, 0, 0, 0, 0],
});
add({
  id: "s07",
  what: "matmul with empty rows; gradient",
  args: () => [f32([], [0, 2]), f32([1, 2, 3, 4], [2, 2])],
  f: (a, b) => [shapes(d.matmul(a, b)), G((w) => d.matmul(a, w))(b)],
  want: [2, 0, 2, 0, 0, 0, 0],
});
add({
  id: "s09",
  what: "broadcast [0] with [3] refuses",
  args: () => [f32([]), f32([1, 2, 3])],
  f: (a, b) => d.add(a, b),
  throws: /broadcast/,
  want: [],
});
add({
  id: "s10",
  what: "reshape [0,3] to [-1], [3,-1]",
  args: () => [f32([], [0, 3])],
  f: (x) => [shapes(d.reshape(x, [-1])), shapes(d.reshape(x, [3, -1]))],
  want: [1, 0, 2, 3, 0],
});
add({
  id: "s11",
  what: "reshape [0,3] to [0,-1] is ambiguous: refuses (NumPy)",
  args: () => [f32([], [0, 3])],
  f: (x) => d.reshape(x, [0, -1]),
  throws: /reshape/,
  want: [],
});
add({
  id: "s13",
  what: "reshape that cannot divide names both",
  args: () => [f32([1, 2, 3])],
  f: (x) => d.reshape(x, [2, -1]),
  throws: /3 elements/,
  want: [],
});
add({
  id: "s14",
  what: "concat, sort, cumsum, gather, topK, argsort of nothing",
  args: () => [f32([])],
  f: (x) => [
    d.concat([x, x]),
    d.sort(x),
    d.cumsum(x),
    d.argsort(x),
    d.gather(f32([1, 2]), i32([])),
    d.softmax(x),
    d.flip(x),
  ],
  want: [],
});
add({
  id: "s15",
  what: "argmax of nothing refuses",
  args: () => [f32([])],
  f: (x) => d.argmax(x),
  throws: /no elements/,
  want: [],
});
add({
  id: "s16",
  what: "gather from nothing by an index refuses",
  args: () => [f32([])],
  f: (x) => d.gather(x, i32([0])),
  throws: /index|outside/,
  want: [],
});
add({
  id: "s18",
  what: "gradient of a sum over nothing",
  args: () => [f32([], [0, 2])],
  f: (x) => shapes(grad((y) => d.sum(d.square(y)))(x)),
  want: [2, 0, 2],
});
add({
  id: "s19",
  what: "random of size 0, permutation(0), (1)",
  args: () => [],
  f: () => [
    d.random.uniform(d.random.key(0), [0]),
    d.random.normal(d.random.key(0), [2, 0]),
    d.random.permutation(d.random.key(0), 0),
    d.random.permutation(d.random.key(0), 1),
  ],
  want: [0],
});
add({
  id: "s21",
  what: "batchNorm, moments of nothing refuse",
  args: () => [f32([], [0, 3])],
  f: (x) => d.moments(x, { axis: 0 }),
  throws: /no elements/,
  want: [],
});
// rank 0
add({
  id: "s22",
  what: "rank 0 through everything",
  args: () => [f32([3], [])],
  f: (x) => [
    d.sum(x),
    d.max(x),
    d.mean(x),
    d.prod(x),
    d.logSumExp(x),
    d.variance(x),
    d.transpose(x),
    d.reshape(x, [1, 1]),
    d.expandDims(x, { axis: 0 }),
    d.argmax(x),
    d.stack([x, x]),
  ],
  want: [3, 3, 3, 3, 3, 0, 3, 3, 3, 0, 3, 3],
});
add({
  id: "s23",
  what: "softmax of rank 0 refuses readably",
  args: () => [f32([3], [])],
  f: (x) => d.softmax(x),
  throws: /rank 0/,
  want: [],
});
add({
  id: "s24",
  what: "matmul of rank 1 refuses or works as NumPy",
  args: () => [f32([1, 2]), f32([3, 4])],
  f: (a, b) => d.dot(a, b),
  want: [11],
});
// negative axes
add({
  id: "s26",
  what: "negative axes",
  args: () => [f32(seq(6), [2, 3])],
  f: (x) => [
    d.sum(x, { axis: -1 }),
    d.max(x, { axis: -2 }),
    d.softmax(x, { axis: -2 }).sum(),
    d.cumsum(x, { axis: -1 }),
    d.sort(x, { axis: -2, descending: true }),
    d.concat([x, x], { axis: -1 }).sum(),
    d.gather(x, i32([1]), { axis: -1 }),
    d.flip(x, { axis: -1 }),
    d.roll(x, { shift: 1, axis: -1 }),
    d.argmax(x, { axis: -1 }),
  ],
  want: [3, 12, 3, 4, 5, 3, 0, 1, 3, 3, 7, 12, 3, 4, 5, 0, 1, 2, 30, 1, 4, 2, 1, 0, 5, 4, 3, 2, 0, 1, 5, 3, 4, 2, 2],
});
add({
  id: "s27",
  what: "axis out of range refuses",
  args: () => [f32(seq(6), [2, 3])],
  f: (x) => d.sum(x, { axis: 2 }),
  throws: /axis 2 does not exist/,
  want: [],
});
add({
  id: "s28",
  what: "slice negatives, steps, beyond ends",
  args: () => [f32(seq(6))],
  f: (x) => [
    d.slice(x, { start: -2 }),
    d.slice(x, { stop: -4 }),
    d.slice(x, { step: -2 }),
    d.slice(x, { start: 4, stop: 1, step: -1 }),
    d.slice(x, { start: 10 }),
    d.slice(x, { start: -100, stop: 100 }),
  ],
  want: [4, 5, 0, 1, 5, 3, 1, 4, 3, 2, 0, 1, 2, 3, 4, 5],
});
// reading what is not contiguous
add({
  id: "s30",
  what: "sum over a transposed axis; matmul of transposed slices",
  args: () => [f32(seq(12), [3, 4])],
  f: (x) => {
    const t = d.transpose(x);
    return [
      d.sum(t, { axis: 0 }),
      d.matmul(d.slice(t, { axis: 0, start: 1, stop: 3 }), d.slice(x, { axis: 1, step: 2 })),
    ];
  },
  want: (() => {
    const x = (i, j) => i * 4 + j;
    const s = [0, 1, 2].map((i) => [0, 1, 2, 3].reduce((a, j) => a + x(i, j), 0));
    const m = [];
    for (const a of [1, 2]) for (const b of [0, 2]) m.push([0, 1, 2].reduce((q, k) => q + x(k, a) * x(k, b), 0));
    return [...s, ...m];
  })(),
});
add({
  id: "s31",
  what: "expand then write: broadcast, then scatter",
  args: () => [f32([1, 2])],
  f: (x) => d.scatterAdd(d.broadcastTo(d.reshape(x, [2, 1]), [2, 3]), i32([0, 0]), { size: 2, axis: 0 }),
  want: [3, 3, 3, 0, 0, 0],
});
add({
  id: "s32",
  what: "concat of 200 tensors, gradient",
  args: () => [f32(seq(200), [200, 1])],
  f: (x) => {
    const rows = seq(200).map((i) => d.slice(x, { axis: 0, start: i, stop: i + 1 }));
    return [
      sum(d.concat(rows).mul(d.reshape(d.arange(200), [200, 1]))),
      sum(
        G((y) =>
          d
            .concat(seq(200).map((i) => d.slice(y, { axis: 0, start: 199 - i, stop: 200 - i })))
            .mul(d.reshape(d.arange(200), [200, 1])),
        )(x).mul(x),
      ),
    ];
  },
  want: [seq(200).reduce((a, i) => a + i * i, 0), seq(200).reduce((a, i) => a + i * (199 - i), 0)],
});
add({
  id: "s34",
  what: "concat with empty pieces",
  args: () => [f32([]), f32([1]), f32([])],
  f: (a, b, c) => d.concat([a, b, c, b, a]),
  want: [1, 1],
});
add({
  id: "s35",
  what: "150 outputs of one program",
  args: () => [f32([2])],
  f: (x) => seq(150).map((i) => d.mul(x, i)),
  want: seq(150).map((i) => 2 * i),
});
add({
  id: "s37",
  what: "rank 8 transposes",
  args: () => [f32(seq(256), [2, 2, 2, 2, 2, 2, 2, 2])],
  f: (x) => d.reshape(d.transpose(x), [256]).slice({ start: 0, stop: 5 }),
  want: [0, 128, 64, 192, 32],
});
add({
  id: "s38",
  what: "einsum forms",
  args: () => [f32(seq(4), [2, 2]), f32(seq(4), [2, 2]), f32([1, 2])],
  f: (a, b, v) => [
    d.einsum("ij,jk->ik", a, b),
    d.einsum("ii", a),
    d.einsum("ij->ji", a),
    d.einsum("ij,ij->", a, b),
    d.einsum("i,j->ij", v, v),
    d.einsum("...j,j", a, v),
    d.einsum("ij,jk,k->i", a, b, v),
  ],
  want: [2, 3, 6, 11, 3, 0, 2, 1, 3, 14, 1, 2, 2, 4, 2, 8, 8, 28],
});
add({
  id: "s40",
  what: "gather out of range in a program reads 0 (documented), eager host indices are refused",
  args: () => [f32([10, 20, 30]), i32([5, -1, 1])],
  f: (x, i) => d.gather(x, i),
  want: [0, 0, 20],
  throws: undefined,
  eager: /outside/,
});
add({
  id: "s42",
  what: "scatterAdd out of range in a program",
  args: () => [f32([1, 2, 3]), i32([5, -1, 1])],
  f: (x, i) => d.scatterAdd(x, i, { size: 3 }),
  want: [0, 3, 0],
  eager: /outside/,
});
add({
  id: "s43",
  what: "oneHot out of range is zeros",
  args: () => [i32([3, -1, 1])],
  f: (i) => d.oneHot(i, { classes: 3 }),
  want: [0, 0, 0, 0, 0, 0, 0, 1, 0],
});
add({
  id: "s45",
  what: "label out of range in crossEntropy: refuses or NaN, not a silent number",
  args: () => [f32([1, 2, 3], [1, 3])],
  f: (x) => d.softmaxCrossEntropy(x, i32([7])),
  throws: /label|outside|index/,
  want: [],
});
add({
  id: "s47",
  what: "eye(0), eye(2,{columns:3}), arange(0), arange negative step",
  args: () => [],
  f: () => [d.eye(0), d.eye(2, { columns: 3 }), d.arange(0), d.arange(0, { start: 3, step: -1 })],
  want: [1, 0, 0, 0, 1, 0, 3, 2, 1],
});
add({
  id: "s48",
  what: "topK k = n, k > n refuses",
  args: () => [f32([3, 1, 2])],
  f: (x) => d.topK(x, { k: 4 }),
  throws: /k|4/,
  want: [],
});
add({
  id: "s49",
  what: "strided convolution, dilated, grouped, gradient sums",
  args: () => [f32(seq(50), [1, 5, 5, 2]), f32(seq(36), [3, 3, 1, 4])],
  f: (x, w) => {
    const o = { stride: 2, dilation: 1, groups: 2, padding: 1 };
    const [gx, gw] = grad((a, b) => sum(d.conv2d(a, b, o)), { argnums: [0, 1] })(x, w);
    return [sum(d.conv2d(x, w, o)), sum(gx.mul(x)), sum(gw.mul(w))];
  },
  want: null,
  same: true,
});
