import { d, f32, i32, inf, u32 } from "./harness.mjs";
export const cases = [];
const add = (c) => cases.push(c);
add({
  id: "l01",
  what: "x / 0, x mod 0 with a literal 0",
  args: () => [f32([1, -1]), i32([5, -5]), u32([7])],
  f: (x, i, u) => [d.div(x, 0), d.mod(i, 0), d.floorDiv(i, 0), d.mod(u, 0)],
  want: [inf, -inf, 0, 0, 0, 0, 0],
});
add({
  id: "l02",
  what: "shift by literals 0, 31, 32, 40",
  args: () => [i32([3])],
  f: (i) => [d.shiftLeft(i, 31), d.shiftRight(i, 31), d.shiftLeft(i, 0)],
  want: [-2147483648, 0, 3],
});
add({
  id: "l04",
  what: "log(literal 0) in a branch not taken",
  args: () => [f32([1])],
  f: (x) => d.where(d.greater(x, 0), x, d.log(d.full([], 0))),
  want: [1],
});
add({
  id: "l05",
  what: "sqrt(literal −1), exp(literal 1e3) in a branch not taken",
  args: () => [f32([1])],
  f: (x) => d.where(d.greater(x, 0), x, d.add(d.sqrt(d.full([], -1)), d.exp(d.full([], 1000)))),
  want: [1],
});
add({
  id: "l07",
  what: "variance of ones(), softmax of zeros(), logSumExp of zeros() as literals",
  args: () => [f32([1])],
  f: (x) => [d.add(x, d.variance(d.ones([4]))), d.mul(x, d.softmax(d.zeros([2]))), d.add(x, d.logSumExp(d.zeros([2])))],
  want: [1, 0.5, 0.5, 1 + Math.LN2],
});
add({
  id: "l09",
  what: "Adam's first step from zeros() inside a program",
  args: () => [f32([1, 2])],
  f: (w) => {
    const o = d.adam();
    return o.update({ w: d.zeros([2]) }, o.init({ w }), { w }, { lr: 0.1 }).params.w;
  },
  want: [1, 2],
});
add({
  id: "l10",
  what: "integer literal overflow: 2147483647 + 1 of literals beside an argument",
  args: () => [i32([1])],
  f: (x) => d.add(x, d.add(d.full([1], 2147483647, { dtype: "i32" }), 1)),
  want: [-2147483647],
});
add({
  id: "l11",
  what: "isFinite(Infinity) of a literal; equal(NaN, NaN) of literals",
  args: () => [f32([1])],
  f: (x) => [d.isFinite(d.full([1], Infinity)), d.equal(d.full([1], NaN), NaN), d.cast(x, "bool")],
  want: [0, 0, 1],
});
add({
  id: "l13",
  what: "where(mask, x, −1e30) instead of −Infinity",
  args: () => [f32([1, 2])],
  f: (x) => d.softmax(d.where(d.less(x, 2), x, -1e30)),
  want: [1, 0],
});
add({
  id: "l14",
  what: "a −Infinity tensor as an argument, as a captured host tensor",
  args: () => [f32([1, 2]), f32([-inf], [])],
  f: (x, m) => d.softmax(d.where(d.less(x, 2), x, m)),
  want: [1, 0],
});
