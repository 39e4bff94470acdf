import * as d from "../../../src/index.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import type { Composed } from "./composed.ts";
import { row, still } from "./composed.ts";

type Numbers = readonly number[];
const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
const grid = (values: Numbers, ...shape: number[]): Tensor => d.tensor(Float32Array.from(values), { shape });

/** The determinant of a matrix by its first row. */
function determinant(a: readonly Numbers[]): number {
  if (a.length === 0) return 1;
  return a[0]!.reduce((sum, x, j) => sum + (-1) ** j * x * determinant(minor(a, 0, j)), 0);
}

const minor = (a: readonly Numbers[], row: number, column: number): Numbers[] =>
  a.filter((_, i) => i !== row).map((values) => values.filter((_, j) => j !== column));

/** The inverse by cofactors. */
const inverse = (a: readonly Numbers[]): number[][] =>
  a.map((_, i) => a.map((_row, j) => ((-1) ** (i + j) * determinant(minor(a, j, i))) / determinant(a)));

const multiply = (a: readonly Numbers[], b: readonly Numbers[]): number[][] =>
  a.map((values) => b[0]!.map((_, j) => values.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));

const definite = [
  [4, 1, -0.5],
  [1, 3, 0.75],
  [-0.5, 0.75, 2],
];
const general = [
  [0.5, -2, 1],
  [2, 1.5, 0.25],
  [-1, 0.75, 3],
];
const right = [
  [1, -0.5],
  [2, 0.25],
  [-1.5, 3],
];
const half = Math.SQRT1_2;
const dataOf = (a: Tensor): number[] => Array.from((a.node.source as { data: Float32Array }).data);
/** L of L·Lᵀ by the formulas of size 2. */
const [root, below, last] = [Math.sqrt(5), 2 / Math.sqrt(5), Math.sqrt(3 - 4 / 5)];
const two = (values: readonly Numbers[]): Tensor => grid([...values.flat(), ...values.flat()], 2, 3, 3);
const [spd, any, b] = [grid(definite.flat(), 3, 3), grid(general.flat(), 3, 3), grid(right.flat(), 3, 2)];
const twice = (values: Numbers): number[] => [...values, ...values];
const lowerOnly = grid([2, nan, nan, 1, 4, nan, -1, 0.5, 0.5], 3, 3);
const lowerFull = [
  [2, 0, 0],
  [1, 4, 0],
  [-1, 0.5, 0.5],
];
const transpose = (a: readonly Numbers[]): number[][] => a[0]!.map((_, j) => a.map((values) => values[j]!));
const columnSums = (a: readonly Numbers[]): number[] =>
  transpose(a).map((x) => x.reduce((sum, y) => sum + Math.abs(y), 0));
const fifth = [general, general, general, general].reduce((power, a) => multiply(power, a), general);

export const matrices: readonly Composed[] = [
  row("cholesky", [grid([5, 1, 3, 3], 2, 2)], (a) => d.cholesky(a!), [root, 0, below, last]),
  still(
    "cholesky of what is not positive definite",
    [grid([1, 2, 2, 1, 4, 2, 2, 5, 1, 0, 0, nan], 3, 2, 2)],
    (a) => d.cholesky(a!),
    [nan, 0, nan, nan, 2, 0, 1, 2, nan, 0, nan, nan],
  ),
  still("cholesky without elements", [d.zeros([2, 0, 0]) as Tensor], (a) => d.cholesky(a!), []),
  row("triangularSolve", [grid(lowerFull.flat(), 3, 3), b], (a, y) => d.triangularSolve(a!, y!), [
    ...multiply(inverse(lowerFull), right).flat(),
  ]),
  still(
    "triangularSolve reads one triangle",
    [lowerOnly, b],
    (a, y) => [
      d.triangularSolve(a!, y!),
      d.triangularSolve(a!, y!, { transpose: true }),
      d.triangularSolve(d.matrixTranspose(a!), y!, { upper: true }),
    ],
    [lowerFull, transpose(lowerFull), transpose(lowerFull)].flatMap((t) => multiply(inverse(t), right).flat()),
  ),
  still(
    "triangularSolve by zero",
    [grid([0, 0, 1, 1], 2, 2), grid([1, 0, 0, 0], 2, 2)],
    (a, y) => {
      return d.triangularSolve(a!, y!);
    },
    [inf, nan, -inf, nan],
  ),
  row("logDet", [two(definite)], (a) => d.logDet(a!), twice([Math.log(determinant(definite))])),
  still("logDet of what is not positive definite", [any], (a) => d.logDet(d.neg(a!)), [nan]),
  row("det", [two(general)], (a) => d.det(a!), twice([determinant(general)])),
  row("slogDet", [grid([...general.flat(), ...[...general].reverse().flat()], 2, 3, 3)], (a) => d.slogDet(a!), [
    ...[Math.log(Math.abs(determinant(general))), Math.log(Math.abs(determinant(general)))],
    ...[Math.sign(determinant(general)), -Math.sign(determinant(general))],
  ]),
  still("slogDet and det of a singular matrix", [grid([1, 2, 2, 4], 2, 2)], (a) => [d.slogDet(a!), d.det(a!)], [
    -inf,
    0,
    0,
  ]),
  still("det without elements", [d.zeros([2, 0, 0]) as Tensor], (a) => [d.det(a!), d.logDet(a!)], [1, 1, 0, 0]),
  row(
    "lu",
    [any],
    (a) => {
      const { l, u } = d.lu(a!);
      return [d.add(l, u), d.matmul(l, u)];
    },
    [
      // rows 1, 0, 2: multiples 1/4 and −1/2, then −(1.5/2.375)
      ...[3, 1.5, 0.25, 0.25, -1.375, 0.9375, -0.5, -1.5 / 2.375, 1 + 3.125 - (1.5 / 2.375) * -0.9375],
      ...[...general[1]!, ...general[0]!, ...general[2]!],
    ],
  ),
  still(
    "lu's permutation, and ties",
    [grid([1, 2, -1, 3, 0, 0, 0, 0], 2, 2, 2)],
    (a) => d.lu(a!).permutation,
    [0, 1, 0, 1],
  ),
  row("solve", [any, b], (a, y) => d.solve(a!, y!), multiply(inverse(general), right).flat()),
  row("solve of a positive definite matrix", [spd, b], (a, y) => d.solve(a!, y!, { positiveDefinite: true }), [
    ...multiply(inverse(definite), right).flat(),
  ]),
  row("solve, broadcast", [grid([...general.flat(), ...definite.flat()], 2, 3, 3), b], (a, y) => d.solve(a!, y!), [
    ...[general, definite].flatMap((a) => multiply(inverse(a), right).flat()),
  ]),
  row("inv", [two(general)], (a) => d.inv(a!), twice(inverse(general).flat())),
  row("inv of a positive definite matrix", [spd], (a) => d.inv(a!, { positiveDefinite: true }), [
    ...inverse(definite).flat(),
  ]),
  row("eigh", [grid([2, 1, 1, 2], 2, 2)], (a) => d.eigh(a!), [1, 3, half, half, -half, half]),
  row(
    "eigh gives the symmetric part back",
    [two(general)],
    (a) => {
      const { values, vectors } = d.eigh(a!);
      return d.matmul(d.mul(vectors, d.expandDims(values, { axis: -2 })), d.matrixTranspose(vectors));
    },
    [...twice(general.flatMap((values, i) => values.map((x, j) => (x + general[j]![i]!) / 2)))],
  ),
  row("eigvalsh", [spd], (a) => [d.sum(d.eigvalsh(a!)), d.prod(d.eigvalsh(a!))], [9, determinant(definite)]),
  still("eigh of what is not finite", [grid([1, 0, 0, 2, 1, inf, inf, 2], 2, 2, 2)], (a) => d.eigh(a!), [
    ...[1, 2, nan, nan],
    ...[1, 0, 0, 1, nan, nan, nan, nan],
  ]),
  still(
    "the gradient of λ² summed, where all λ are equal",
    [d.eye(2) as Tensor],
    (a) => {
      return d.grad((x: Tensor) => d.sum(d.square(d.eigvalsh(x))))(a!);
    },
    [2, 0, 0, 2],
  ),
  row("qr", [grid([3, 1, 4, 2], 2, 2)], (a) => d.qr(a!), [0.6, -0.8, 0.8, 0.6, 5, 2.2, 0, 0.4]),
  row("qr of a wide matrix", [grid([3, 1, 1, 4, 2, 0], 2, 3)], (a) => d.qr(a!), [
    ...[0.6, -0.8, 0.8, 0.6],
    ...[5, 2.2, 0.6, 0, 0.4, -0.8],
  ]),
  still("qr without full rank", [grid([0, 0, 0, 0, 3, 3, 4, 4], 2, 2, 2)], (a) => d.qr(a!), [
    ...[1, 0, 0, 1, 0.6, -0.8, 0.8, 0.6],
    ...[0, 0, 0, 0, 5, 5, 0, 0],
  ]),
  ...[any, b, grid(transpose(right).flat(), 2, 3)].map((a, i) =>
    row(
      `svd ${i + 1}`,
      [a],
      (x) => {
        const { u, values, v } = d.svd(x!);
        return [
          d.matmul(d.mul(u, d.expandDims(values, { axis: -2 })), d.matrixTranspose(v)),
          d.sum(d.square(d.svdvals(x!))),
        ];
      },
      [...dataOf(a), dataOf(a).reduce((sum, x) => sum + x * x, 0)],
    ),
  ),
  still(
    "svd without full rank",
    [grid([1, 2, 2, 4], 2, 2)],
    (a) => {
      const { u, values, v } = d.svd(a!);
      return [values, d.matmul(d.matrixTranspose(u), u), d.matmul(d.matrixTranspose(v), v)].map((x) => d.add(x, 1));
    },
    [6, 1, 2, 1, 1, 2, 2, 1, 1, 2],
  ),
  row("pinv", [b], (a) => d.pinv(a!), [
    ...multiply(inverse(multiply(transpose(right), right)), transpose(right)).flat(),
  ]),
  still("pinv without full rank", [grid([1, 2, 2, 4], 2, 2)], (a) => d.pinv(a!), [0.04, 0.08, 0.08, 0.16]),
  still(
    "the gradient of pinv where singular values are equal",
    [d.eye(2) as Tensor],
    (a) => {
      return d.grad((x: Tensor) => d.sum(d.mul(d.pinv(x), grid([1, 2, 3, 4], 2, 2))))(a!);
    },
    [-1, -2, -3, -4],
  ),
  still("matrixRank", [grid([1, 2, 2, 4, 1, 0, 0, 1, 0, 0, 0, 0], 3, 2, 2)], (a) => d.matrixRank(a!), [1, 2, 0]),
  row("matrixNorm", [b], (a) => [d.matrixNorm(a!), d.matrixNorm(a!, { ord: 1 }), d.matrixNorm(a!, { ord: inf })], [
    ...[Math.hypot(...right.flat()), Math.max(...columnSums(right)), Math.max(...columnSums(transpose(right)))],
  ]),
  row(
    "matrixNorm from below",
    [two(general)],
    (a) => [-1, -inf].map((ord) => d.matrixNorm(a!, { ord, keepDims: true })),
    [...twice([Math.min(...columnSums(general))]), ...twice([Math.min(...columnSums(transpose(general)))])],
  ),
  row(
    "matrixNorm by singular values",
    [grid([3, 0, 4, 5], 2, 2)], // σ² are the eigenvalues of [[25, 20], [20, 25]]
    (a) => [...[2, -2], "nuclear" as const].map((ord) => d.matrixNorm(a!, { ord })),
    [Math.sqrt(45), Math.sqrt(5), Math.sqrt(45) + Math.sqrt(5)],
  ),
  still(
    "matrixNorm at 0 has gradient 0",
    [d.zeros([2, 2]) as Tensor],
    (a) => d.grad((x: Tensor) => d.matrixNorm(x))(a!),
    [...[0, 0, 0, 0]],
  ),
  row("matrixPower", [two(general)], (a) => d.matrixPower(a!, { exponent: 5 }), twice(fifth.flat())),
  row("matrixPower of the inverse", [any], (a) => [-2, 1].map((exponent) => d.matrixPower(a!, { exponent })), [
    ...multiply(inverse(general), inverse(general)).flat(),
    ...general.flat(),
  ]),
  still("matrixPower 0", [grid([nan, 1, 2, 3], 2, 2)], (a) => d.matrixPower(a!, { exponent: 0 }), [1, 0, 0, 1]),
];
