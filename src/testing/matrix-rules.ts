import { choleskyOp } from "../tensor/linalg/cholesky.ts";
import { eighOp, equalWithin } from "../tensor/linalg/eigh.ts";
import { luOp } from "../tensor/linalg/lu.ts";
import { qrOp } from "../tensor/linalg/qr.ts";
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
  /** What it may be off beside that, output by output. */
  rounding?(call: Pick<MatrixCall<P>, "outputs">, ulp: number): readonly Dense[];
  /** For each output, whether errors of this size leave it near: a bound of first order holds, and no choice turns. */
  settled(call: Pick<MatrixCall<P>, "outputs">, bounds: readonly (Dense | null)[]): readonly boolean[];
}

/** Whether a triangle's diagonal stays well away from 0. */
const isSmallOnDiagonal = (bound: Dense, triangle: Dense): boolean =>
  Array.from({ length: triangle.rows }, (_, i) => entry(bound, i, i) < entry(triangle, i, i) / 4).every(Boolean);

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
  settled: ({ outputs: [l] }, [bound]) => [isSmallOnDiagonal(bound!, l!)],
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
  settled: () => [true],
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
  settled: ({ outputs: [packed] }, [bound]) => {
    const isSettled = packed!.data.every((x, at) => {
      const isBelow = Math.floor(at / packed!.columns) > at % packed!.columns;
      return !isBelow || !(Math.abs(x) + bound!.data[at]! >= 1);
    });
    return [isSettled, isSettled];
  },
};

/** 1/(λⱼ − λᵢ); 0 where both count as equal, where a bound has no end. */
function inverseGaps({ data: values }: Dense, minus: 1 | -1): Dense {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return dense(values.length, values.length, (i, j) => {
    const gap = values[j]! - values[i]!;
    if (Math.abs(gap) > equalWithin * largest) return 1 / gap;
    return i === j || minus === -1 ? 0 : Number.MAX_VALUE;
  });
}

/** Whether no error turns the sign of a vector: up to the first component that counts, none is near the limit. */
function isSignSure(vectors: Dense, bounds: Dense, j: number): boolean {
  const column = Array.from({ length: vectors.rows }, (_, i) => Math.abs(entry(vectors, i, j)));
  const limit = 0.7 * Math.max(...column);
  const first = column.findIndex((v) => v > limit);
  const doubt = Math.max(...column.map((_, i) => entry(bounds, i, j)));
  return doubt < 0.1 && column.slice(0, first + 1).every((v) => Math.abs(v - limit) > 2 * doubt);
}

const eigh: MatrixRule<null> = {
  // dλ = diag(Vᵀ·dA·V), dV = V·(F ∘ Vᵀ·dA·V) with F = 1/(λⱼ − λᵢ)
  move: ({ outputs: [values, vectors], motions: [a], of, minus }) => {
    const inner = times(turned(of(vectors!)), mirrored(a!), of(vectors!));
    const gaps = of(inverseGaps(values!, minus));
    return [
      dense(1, a!.rows, (_, j) => entry(inner, j, j)),
      times(
        of(vectors!),
        mapped(inner, (x, i, j) => x * entry(gaps, i, j)),
      ),
    ];
  },
  // normwise: Golub and Van Loan, Matrix Computations, 4th ed., §8.5
  backward: ({ inputs: [a], outputs: [values] }, ulp) => {
    const norm = values!.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return [mapped(a!, () => 8 * ulp * norm)];
  },
  rounding: ({ outputs: [values, vectors] }, ulp) => [
    mapped(values!, (x) => ulp * Math.abs(x)),
    mapped(vectors!, (x) => (vectors!.rows + 8) * ulp * Math.abs(x)),
  ],
  settled: ({ outputs: [, vectors] }, [, bounds]) => [
    true,
    Array.from({ length: vectors!.rows }, (_, j) => isSignSure(vectors!, bounds!, j)).every(Boolean),
  ],
};

/** The Euclidean length of each column. */
const lengths = (a: Dense): number[] =>
  Array.from({ length: a.columns }, (_, j) =>
    Math.hypot(...Array.from({ length: a.rows }, (_row, i) => entry(a, i, j))),
  );

const qr: MatrixRule<null> = {
  // C = Qᵀ·dA·R⁻¹, D = C from the diagonal on, and what is below mirrored: dR = D·R, dQ = dA·R⁻¹ − Q·D
  move: ({ outputs: [q, r], motions: [a], of, minus }) => {
    const scaled = times(a!, of(inverseUpper(r!)));
    const inner = times(turned(of(q!)), scaled);
    const d = mapped(inner, (x, i, j) => (i > j ? 0 : i === j ? x : x + entry(inner, j, i)));
    return [plus(scaled, times(of(q!), d), minus), times(d, of(r!))];
  },
  // Higham, theorem 19.4: by the length of each column
  backward: ({ inputs: [a], outputs: [, r] }, ulp) => {
    const sizes = lengths(r!);
    return [mapped(a!, (_, _i, j) => 4 * (a!.columns + 8) * ulp * sizes[j]!)];
  },
  rounding: ({ outputs: [q, r] }, ulp) => {
    const sizes = lengths(r!);
    const factor = (q!.rows + q!.columns + 8) * ulp;
    return [mapped(q!, () => factor), mapped(r!, (_, i, j) => (i > j ? 0 : factor * sizes[j]!))];
  },
  settled: ({ outputs: [, r] }, [, bound]) => {
    const isSettled = isSmallOnDiagonal(bound!, r!);
    return [isSettled, isSettled];
  },
};

/** Ops that work matrix by matrix. */
export const matrixRules: ReadonlyMap<unknown, MatrixRule<unknown>> = new Map<unknown, MatrixRule<never>>([
  [choleskyOp, cholesky as MatrixRule<never>],
  [eighOp, eigh as MatrixRule<never>],
  [luOp, lu as MatrixRule<never>],
  [qrOp, qr as MatrixRule<never>],
  [triangularSolveOp, triangularSolve as MatrixRule<never>],
]) as ReadonlyMap<unknown, MatrixRule<unknown>>;
