import { choleskyOp } from "../tensor/linalg/cholesky.ts";
import { luOp } from "../tensor/linalg/lu.ts";
import { triangularSolveOp } from "../tensor/linalg/triangular-solve.ts";
import type { Dense } from "./dense.ts";
import { dense, entry, inverseLower, inverseUpper, mapped, plus, times, turned } from "./dense.ts";

/** One matrix's call of an op: values, and the motion or error bound of each input; all zero where it stands still. */
export interface MatrixCall<P> {
  readonly inputs: readonly Dense[];
  readonly outputs: readonly Dense[];
  readonly motions: readonly Dense[];
  readonly params: P;
  /** Bounds are asked for: every factor becomes its absolute value by this, */
  readonly of: (factor: Dense) => Dense;
  /** and −1 becomes 1. */
  readonly minus: 1 | -1;
}

/** How an op that works matrix by matrix moves, and how far its kernel may be off. Written from the textbook, not from its VJP. */
export interface MatrixRule<P> {
  /** The outputs' motions, linear in the inputs'; null for integers. */
  move(call: MatrixCall<P>): readonly (Dense | null)[];
  /** The kernel's result is exact for inputs that are off by as much: its backward error. @param ulp - of f32 */
  backward(call: Pick<MatrixCall<P>, "inputs" | "outputs" | "params">, ulp: number): readonly Dense[];
  /** Whether errors of this size leave the outputs near: a bound of first order holds, and no choice turns. */
  settled(call: Pick<MatrixCall<P>, "outputs" | "params">, bounds: readonly (Dense | null)[]): boolean;
}

const absolute = (a: Dense): Dense => mapped(a, Math.abs);
/** What a symmetric matrix is whose lower triangle alone is read. */
const mirrored = (a: Dense): Dense => dense(a.rows, a.rows, (i, j) => entry(a, Math.max(i, j), Math.min(i, j)));

const cholesky: MatrixRule<null> = {
  // dL = L·Φ(L⁻¹·dA·L⁻ᵀ), Φ: the lower triangle with half the diagonal
  move: ({ outputs: [l], motions: [a], of }) => {
    const inverse = of(inverseLower(l!));
    const inner = times(inverse, mirrored(a!), turned(inverse));
    return [
      times(
        of(l!),
        mapped(inner, (x, i, j) => (i > j ? x : i === j ? x / 2 : 0)),
      ),
    ];
  },
  // Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., theorem 10.3
  backward: ({ outputs: [l] }, ulp) => {
    const terms = times(absolute(l!), turned(absolute(l!)));
    return [mapped(terms, (x) => (l!.rows + 8) * ulp * x)];
  },
  settled: ({ outputs: [l] }, [bound]) =>
    Array.from({ length: l!.rows }, (_, i) => entry(bound!, i, i) < entry(l!, i, i) / 4).every(Boolean),
};

type TriangleParams = typeof triangularSolveOp extends { infer(inputs: never, params: infer P): unknown } ? P : never;

/** The triangle that is solved with; on the diagonal `unit` where it is not read. */
function triangleOf(a: Dense, { upper, transpose, unitDiagonal }: TriangleParams, unit: number): Dense {
  const read = mapped(a, (x, i, j) => (i === j ? (unitDiagonal ? unit : x) : i < j === upper ? x : 0));
  return transpose ? turned(read) : read;
}

const inverseOf = (t: Dense, { upper, transpose }: TriangleParams): Dense =>
  upper === transpose ? inverseLower(t) : inverseUpper(t);

const triangularSolve: MatrixRule<TriangleParams> = {
  // dX = T⁻¹·(dB − dT·X)
  move: ({ inputs: [a], outputs: [x], motions: [dA, dB], params, of, minus }) => {
    const inverse = of(inverseOf(triangleOf(a!, params, 1), params));
    return [times(inverse, plus(dB!, times(triangleOf(dA!, params, 0), of(x!)), minus))];
  },
  // Higham, theorem 8.5
  backward: ({ inputs: [a, b] }, ulp) => [
    mapped(a!, (x) => (a!.rows + 8) * ulp * Math.abs(x)),
    mapped(b!, (x) => ulp * Math.abs(x)),
  ],
  settled: () => true,
};

/** L and U of their packed matrix. */
const trianglesOf = (packed: Dense): [l: Dense, u: Dense] => [
  mapped(packed, (x, i, j) => (i > j ? x : Number(i === j))),
  mapped(packed, (x, i, j) => (i > j ? 0 : x)),
];

/** Rows in the order of a permutation (1, n). */
const ordered = (a: Dense, { data }: Dense): Dense => dense(a.rows, a.columns, (i, j) => entry(a, data[i]!, j));

const lu: MatrixRule<null> = {
  // X = L⁻¹·dA·U⁻¹: dL = L·(X below the diagonal), dU = (X from it on)·U
  move: ({ outputs: [packed, permutation], motions: [a], of }) => {
    const [l, u] = trianglesOf(packed!);
    const inner = times(of(inverseLower(l)), ordered(a!, permutation!), of(inverseUpper(u)));
    const below = times(
      of(l),
      mapped(inner, (x, i, j) => (i > j ? x : 0)),
    );
    const above = times(
      mapped(inner, (x, i, j) => (i > j ? 0 : x)),
      of(u),
    );
    return [plus(below, above), null];
  },
  // Higham, theorem 9.3; the bound's rows go back to where they are in A
  backward: ({ outputs: [packed, permutation] }, ulp) => {
    const [l, u] = trianglesOf(packed!);
    const terms = times(absolute(l), absolute(u));
    const back = permutation!.data.reduce(
      (places, from, i) => places.fill(i, from, from + 1),
      new Float64Array(l.rows),
    );
    return [mapped(ordered(terms, { ...permutation!, data: back }), (x) => (l.rows + 8) * ulp * x)];
  },
  // no other candidate for a pivot comes near it
  settled: ({ outputs: [packed] }, [bound]) =>
    packed!.data.every((x, at) => {
      const isBelow = Math.floor(at / packed!.columns) > at % packed!.columns;
      return !isBelow || !(Math.abs(x) + bound!.data[at]! >= 1);
    }),
};

/** Ops that work matrix by matrix. */
export const matrixRules: ReadonlyMap<unknown, MatrixRule<unknown>> = new Map<unknown, MatrixRule<never>>([
  [choleskyOp, cholesky as MatrixRule<never>],
  [luOp, lu as MatrixRule<never>],
  [triangularSolveOp, triangularSolve as MatrixRule<never>],
]) as ReadonlyMap<unknown, MatrixRule<unknown>>;
