import { d, f32, gradOf, i32, inf, nan, tensor, u32 } from "./harness.mjs";
export const cases = [];
const add = (c) => cases.push(c);
const G = gradOf;
const seq = (n) => Array.from({ length: n }, (_, i) => i);
const h = (v, shape) => tensor(v, { dtype: "f16", shape: shape ?? [v.length] });
const b8 = (v, shape) => tensor(Uint8Array.from(v), { shape: shape ?? [v.length] });
add({
  id: "d02",
  what: "f16, u8 as results",
  args: () => [f32([1.0004883, 300, -5])],
  f: (x) => [d.cast(x, "f16"), d.cast(x, "u8")],
  want: [1, 300, -5, 1, 255, 0],
});
add({
  id: "d03",
  what: "u8 images: slice, transpose, flip, then f32",
  args: () => [b8(seq(27), [3, 3, 3])],
  f: (x) => d.cast(d.flip(d.transpose(d.slice(x, { axis: [0, 2], start: [1, 1] })), { axis: 0 }), "f32"),
  want: (() => {
    const at = (i, j, k) => i * 9 + j * 3 + k;
    const o = [];
    for (const c of [2, 1]) for (const j of [0, 1, 2]) for (const i of [1, 2]) o.push(at(i, j, c));
    return o;
  })(),
});
add({
  id: "d04",
  what: "bool arguments, logic, any, all, where of bools",
  args: () => [tensor([true, false, true], { dtype: "bool" })],
  f: (b) => [
    d.logicalNot(b),
    d.any(b),
    d.all(b),
    d.where(b, 1, 2),
    d.cast(d.logicalAnd(b, d.flip(b)), "f32"),
    d.where(b, tensor([false, true, true], { dtype: "bool" }), b),
  ],
  want: [0, 1, 0, 1, 0, 1, 2, 1, 1, 0, 1, 0, 0, 1],
});
add({
  id: "d06",
  what: "u32 compare, max, sort above 2^31",
  args: () => [u32([3000000000, 1, 4294967295])],
  f: (x) => [d.greater(x, 2147483648), d.max(x), d.sort(x), d.argmax(x), d.minimum(x, 5)],
  want: [1, 0, 1, 4294967295, 1, 3000000000, 4294967295, 2, 5, 1, 5],
});
add({
  id: "d08",
  what: "casts do not fold: f32→i32→f32, →u8→f32, →bool→f32",
  args: () => [f32([2.7, -2.7, 300.5])],
  f: (x) => [d.cast(d.cast(x, "i32"), "f32"), d.cast(d.cast(x, "u8"), "f32"), d.cast(d.cast(x, "bool"), "f32")],
  want: [2, -2, 300, 2, 0, 255, 1, 1, 1],
});
add({
  id: "d10",
  what: "u32 → f32 of 2^32 - 1",
  args: () => [u32([4294967295, 2147483649])],
  f: (x) => d.cast(x, "f32"),
  want: [4294967296, 2147483648],
  tol: { rel: 0, abs: 0 },
  f64: false,
});
add({
  id: "d11",
  what: "sum of bools by cast; any of empty rows",
  args: () => [f32(seq(6), [2, 3])],
  f: (x) => [
    d.sum(d.cast(d.greater(x, 2), "i32"), { axis: 1 }),
    d.any(d.greater(x, 4), { axis: 0 }),
    d.all(d.greater(x, -1), { axis: 1 }),
  ],
  want: [0, 3, 0, 0, 1, 1, 1],
});
add({
  id: "d12",
  what: "integer literal in an i32 op: 1.5 refused",
  args: () => [i32([1])],
  f: (x) => d.add(x, 1.5),
  throws: /cannot hold/,
  want: [],
});
add({
  id: "d14",
  what: "floor division of large f32",
  args: () => [f32([1e10, 16777216, 1]), f32([3, 3, 0.1])],
  f: (a, b) => d.floorDiv(a, b),
  want: [3333333248, 5592405, 9],
  tol: { rel: 1e-6 },
});
add({
  id: "d15",
  what: "f16 accumulation: sums are f32",
  args: () => [h(new Array(5000).fill(1))],
  f: (x) => d.sum(d.cast(x, "f32")),
  want: [5000],
});
add({
  id: "d17",
  what: "gradient: sum of where over NaN-free mask of a NaN value",
  args: () => [f32([nan, 2])],
  f: G((x) => d.where(tensor([false, true], { dtype: "bool" }), d.square(x), 0)),
  want: [nan, 4],
});
add({
  id: "d18",
  what: "isFinite mask zeroes NaN",
  args: () => [f32([nan, inf, 2])],
  f: (x) => d.sum(d.where(d.isFinite(x), x, 0)),
  want: [2],
});
add({
  id: "d20",
  what: "expm1, log1p gradient near 0",
  args: () => [f32([1e-7])],
  f: (x) => [d.expm1(x), d.log1p(x), G(d.expm1)(x), G(d.log1p)(x)],
  want: [1e-7, 1e-7, 1, 1],
  tol: { rel: 1e-6, abs: 0 },
});
add({
  id: "d21",
  what: "std of nearly equal numbers",
  args: () => [f32([1000.001, 1000.002, 1000.003])],
  f: (x) => d.variance(x),
  want: [
    (() => {
      const v = [1000.001, 1000.002, 1000.003].map(Math.fround);
      const m = v.reduce((a, b) => a + b) / 3;
      return v.reduce((a, b) => a + (b - m) ** 2, 0) / 3;
    })(),
  ],
  tol: { rel: 0.05, abs: 1e-9 },
});
add({
  id: "d23",
  what: "cumsum of 0-size axis, of long rows; reverse",
  args: () => [
    f32(
      seq(1000).map(() => 1),
      [2, 500],
    ),
  ],
  f: (x) => [
    d.cumsum(x, { axis: 1 }).slice({ axis: 1, start: 499 }),
    d.cumsum(x, { axis: 1, reverse: true }).slice({ axis: 1, stop: 1 }),
  ],
  want: [500, 500, 500, 500],
});
add({
  id: "d24",
  what: "sort 1025 descending, stable argsort of equal keys",
  args: () => [f32(seq(1025).map((i) => i % 3))],
  f: (x) => [
    d.sort(x, { descending: true }).slice({ stop: 3 }),
    d.argsort(x, { descending: true }).slice({ stop: 3 }),
    d.argsort(x).slice({ stop: 3 }),
  ],
  want: [2, 2, 2, 2, 5, 8, 0, 3, 6],
});
add({
  id: "d26",
  what: "roll by more than the size, negative",
  args: () => [f32(seq(5))],
  f: (x) => [d.roll(x, { shift: 7 }), d.roll(x, { shift: -6 })],
  want: [3, 4, 0, 1, 2, 1, 2, 3, 4, 0],
});
add({
  id: "d27",
  what: "pad negative refused; asymmetric",
  args: () => [f32([1])],
  f: (x) => d.pad(x, { padding: -1 }),
  throws: /sides/,
  want: [],
});
add({
  id: "d29",
  what: "avgPool counts padding or not: as documented in PyTorch (counts)",
  args: () => [f32([4, 4, 4, 4], [1, 2, 2, 1])],
  f: (x) => d.avgPool2d(x, { size: 2, stride: 2, padding: 1 }),
  same: true,
});
add({
  id: "d30",
  what: "conv: kernel larger than input refused; same padding with stride",
  args: () => [f32(seq(9), [1, 3, 3, 1]), f32(seq(16), [4, 4, 1, 1])],
  f: (x, w) => d.conv2d(x, w),
  throws: /window|fit/,
  want: [],
});
add({
  id: "d31",
  what: "softmax over a middle axis, size 1",
  args: () => [f32(seq(4), [2, 1, 2])],
  f: (x) => d.softmax(x, { axis: 1 }),
  want: [1, 1, 1, 1],
});
add({
  id: "d32",
  what: "maximum gradient when both are equal infinities",
  args: () => [f32([inf]), f32([inf])],
  f: d.grad((a, b) => d.sum(d.maximum(a, b)), { argnums: [0, 1] }),
  want: [1, 0],
});
add({
  id: "d33",
  what: "x·log x at 0 with a guard",
  args: () => [f32([0, 1])],
  f: (p) => {
    const plogp = (q) => d.where(d.greater(q, 0), d.mul(q, d.log(d.where(d.greater(q, 0), q, 1))), 0);
    return [plogp(p), G(plogp)(p)];
  },
  want: [0, 0, 0, 1],
});
add({
  id: "d35",
  what: "1/0 as literals",
  args: () => [f32([1])],
  f: (x) => d.minimum(x, d.div(1, d.zeros([1]))),
  want: [1],
});
add({
  id: "d38",
  what: "integer literals: 5 mod 0, floorDiv by 0",
  args: () => [i32([1])],
  f: (x) => d.add(x, d.floorDiv(d.full([1], 5, { dtype: "i32" }), d.zeros([1], { dtype: "i32" }))),
  want: [1],
});
add({
  id: "d41",
  what: "u32 literal 4294967295",
  args: () => [u32([0])],
  f: (x) => d.bitOr(x, 4294967295),
  want: [4294967295],
});
add({
  id: "d42",
  what: "f32 literals 1e-45, 5e-324, 1/3",
  args: () => [f32([1])],
  f: (x) => [d.mul(x, 1 / 3), d.add(x, 5e-324)],
  want: [Math.fround(1 / 3), 1],
  tol: { rel: 0, abs: 0 },
  f64: false,
});
