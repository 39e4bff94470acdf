import { tensor } from "../../src/tensor/tensor.ts";

/** A right value, and values that must be refused in its place. */
export interface Given {
  readonly right: unknown;
  readonly wrong: readonly unknown[];
  /** Whether it may be left out. */
  readonly optional?: boolean;
}

/** A tensor as another copy of the package would have made it. */
export const foreign: unknown = Object.assign(
  Object.create({ [Symbol.for("deconfound.tensor")]: { version: "9.9.9" } }),
  { dtype: "f32", shape: [2] },
);

const things = [null, "1", true, {}, () => 1, Promise.resolve(1), 3n, Symbol("s"), new Map(), new Date(0)];
const lists = [[1, 2], [], new Float32Array(2), new Set([1])];
const tensors = [tensor([1, 2]), foreign];

type Maker = (right: unknown) => Given;

export const given =
  (...wrong: readonly unknown[]): Maker =>
  (right) => ({ right, wrong: [...wrong, foreign] });

/** Tensors. */
export const t: Maker = given(...things, ...lists, 3);
/** Tensors or numbers. */
export const o: Maker = given(...things, ...lists);
/** Lists of tensors. */
export const ts: Maker = given(...things, [1, 2], [tensor(1), 2], [foreign], tensor([1, 2]), 3, "ab");
/** Any number that is not NaN. */
export const n: Maker = given(...things, ...lists, ...tensors, Number.NaN);
/** Finite numbers. */
export const finite: Maker = given(...n(0).wrong, Number.POSITIVE_INFINITY);
/** Sizes: integers ≥ 0. */
export const size: Maker = given(...finite(0).wrong, 1.5, -1);
/** Integers. */
export const int: Maker = given(...finite(0).wrong, 1.5);
/** Finite numbers ≥ 0. */
export const positive: Maker = given(...finite(0).wrong, -1);
/** Numbers from 0 to 1. */
export const share: Maker = given(...n(0).wrong, -0.1, 1.1);
/** Any number. */
export const any: Maker = given(...things, ...lists, ...tensors);
/** Shapes. */
export const shape: Maker = given(
  ...things,
  new Float32Array(2),
  ...tensors,
  3,
  [Number.NaN],
  [-2],
  [1.5],
  [-0],
  ["2"],
  [null],
  [[2]],
);
/** One axis of a tensor of rank 2. */
export const axis: Maker = given(...things, ...lists, ...tensors, Number.NaN, 0.5, 7, -7);
/** An axis or several. */
export const axes: Maker = given(
  ...things,
  new Float32Array(2),
  ...tensors,
  Number.NaN,
  0.5,
  7,
  [0, 0],
  ["0"],
  [0.5],
  [null],
);
/** A list of axes. */
export const axisList: Maker = given(...axes(0).wrong, 0);
/** Numbers in nested arrays or a typed array. */
export const values: Maker = given(
  null,
  "12",
  {},
  () => 1,
  Promise.resolve(1),
  3n,
  Symbol("s"),
  new Map(),
  new Date(0),
  [1, "2"],
  [1, null],
  [[1], 2],
  new Set([1]),
  new BigInt64Array(2),
  new Int16Array(2),
  new DataView(new ArrayBuffer(8)),
  new ArrayBuffer(8),
  tensor([1]),
  [tensor(1)],
  [1n],
);
export const flag: Maker = given(...things.filter((value) => value !== true), ...lists, ...tensors, 1, 0);
export const dtype: Maker = given(...things, ...lists, ...tensors, 1, "float32", "f64", "F32", "toString");
/** Height and width. */
export const pair: Maker = given(...things, [1], [1, 2, 3], ["1", "1"], [0.5, 1], ...tensors, Number.NaN, -1, 1.5);
export const f: Maker = given(...things.filter((value) => typeof value !== "function"), ...lists, ...tensors, 3);
/** One of some words. */
export const word: Maker = given(...things, ...lists, ...tensors, 1, "Edge", "");

/** The same, and it may be left out. */
export const maybe = (one: Given): Given => ({ ...one, optional: true });

/** Trees that functions of trees take: anything but another copy's tensor. */
export const holder: Maker = given([foreign], { a: { b: foreign } });
/** Trees that evaluators take: objects that could hold tensors unseen are refused too. */
export const tree: Maker = given(
  [foreign],
  () => 1,
  Promise.resolve(1),
  [new Map()],
  new Set(),
  new Float32Array(2),
  new Date(0),
);
/** Indices of arguments. */
export const argnums: Maker = given(...things, new Float32Array(2), ...tensors);
