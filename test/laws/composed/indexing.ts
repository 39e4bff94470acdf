import * as d from "../../../src/index.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import type { Composed } from "./composed.ts";
import { row, still } from "./composed.ts";

// Places named by indices, and windows at computed places.

type Numbers = readonly number[];
const nan = Number.NaN;
const v = (...values: number[]): Tensor => d.tensor(Float32Array.from(values));
const grid = (values: Numbers, ...shape: number[]): Tensor => d.tensor(Float32Array.from(values), { shape });
const at = (...values: number[]): Tensor<[number], "i32"> =>
  d.tensor(Int32Array.from(values)) as unknown as Tensor<[number], "i32">;
/** Indices that only the device knows: none is refused when the program is built. */
const computed = (...values: number[]): Tensor => d.add(at(...values), 0) as unknown as Tensor;

const a = [0.75, -1.5, 0.25, 2, -0.5, 1.25];
const b = [1.5, 0.5, -2, 0.75, 1, -0.25, 3, -3];
const a23 = grid(a, 2, 3);

/** Puts values into rows of `width` numbers one after the other. */
function put(
  base: Numbers,
  places: Numbers,
  values: Numbers,
  width: number,
  f: (old: number, x: number) => number,
): number[] {
  const y = [...base];
  places.forEach((place, k) => {
    for (let j = 0; j < width; j++) {
      const to = place * width + j;
      if (place >= 0 && to < y.length) y[to] = f(y[to]!, values[k * width + j]!);
    }
  });
  return y;
}
const last = (_: number, x: number): number => x;
const many = [2, 0, 2, 7]; // 7 is no place
const base = [0.125, 0.375, 0.625];
const two = [...base, -0.125, -0.375, -0.625];

export const indexing: readonly Composed[] = [
  row(
    "scatterSet",
    [v(...base), v(...b.slice(0, 4))],
    (x, y) => d.scatterSet(x, computed(...many), y),
    put(base, many, b, 1, last),
  ),
  row(
    "scatterMax",
    [v(...base), v(...b.slice(0, 4))],
    (x, y) => d.scatterMax(x, computed(...many), y),
    put(base, many, b, 1, Math.max),
  ),
  row(
    "scatterMin of rows, by indices of two axes",
    [grid(two, 3, 2), grid(b, 2, 2, 2)],
    (x, y) => d.scatterMin(x, d.reshape(at(2, 0, 2, 0), [2, 2]), y),
    put(two, [2, 0, 2, 0], b, 2, Math.min),
  ),
  still(
    "scatter along another axis",
    [a23, grid([5, 0, 6, -2], 2, 2)],
    (x, y) => [d.scatterMax(x, at(2, 2), y, { axis: -1 }), d.scatterSet(x, at(2, 2), y, { axis: 1 })],
    [...[0.75, -1.5, 5, 2, -0.5, 6], ...[0.75, -1.5, 0, 2, -0.5, -2]],
  ),
  still(
    "scatter of numbers, broadcast, integers and bools",
    [v(1, 2, 3)],
    (x) => [
      d.scatterSet(x, at(1, 1), 9),
      d.scatterMin(x, at(0, 2), v(2)),
      d.scatterMax(at(-5, 4), at(0, 0), at(-9, -2)),
      d.scatterSet(d.less(x, 2), at(2), d.greater(v(1), 0)),
    ],
    [1, 9, 3, 1, 2, 2, -2, 4, 1, 0, 1],
  ),
  still("scatter of nothing", [v(1, 2)], (x) => d.scatterMax(x, at(), d.zeros([0])), [1, 2]),
  still(
    "scatter of NaN stays in its place, and equal values give the first the gradient",
    [v(1, 2, 3)],
    (x) => [
      d.scatterMax(x, at(1, 1, 1), v(0, nan, 5)),
      d.grad((y: Tensor) => d.sum(d.scatterMax(x, at(2, 2), y)))(v(7, 7)),
      d.grad((y: Tensor) => d.sum(d.scatterMin(y, at(2), v(3))))(x),
    ],
    [1, nan, 3, 1, 0, 1, 1, 1],
  ),
  row(
    "dynamicSlice",
    [a23],
    (x) =>
      [
        [0, 1],
        [-9, 9],
      ].map((start) => d.dynamicSlice(x, computed(...start), { size: [1, 2] })),
    [...[-1.5, 0.25, -1.5, 0.25]],
  ),
  row("dynamicSlice of a whole axis", [a23], (x) => d.dynamicSlice(x, computed(1, 7), { size: [2, 1] }), [0.25, 1.25]),
  row(
    "dynamicUpdateSlice",
    [a23, grid([8, 9], 1, 2)],
    (x, y) =>
      [
        [1, 0],
        [-1, 5],
      ].map((start) => d.dynamicUpdateSlice(x, y, computed(...start))),
    [...[0.75, -1.5, 0.25, 8, 9, 1.25], ...[0.75, 8, 9, 2, -0.5, 1.25]],
  ),
  row(
    "dynamicUpdateSlice of everything",
    [a23, grid(b.slice(2), 2, 3)],
    (x, y) => d.dynamicUpdateSlice(x, y, computed(3, 3)),
    [...b.slice(2)],
  ),
  still(
    "dynamicUpdateSlice keeps NaN outside, and integers",
    [v(nan, 1, 2)],
    (x) => [d.dynamicUpdateSlice(x, v(4), computed(0)), d.dynamicUpdateSlice(at(1, 2), at(7), computed(1))],
    [4, 1, 2, 1, 7],
  ),
];
