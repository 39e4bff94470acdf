import { ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Square } from "../matrix-types.ts";
import type { Op, ReferenceCall, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { neg } from "../ops/elementwise.ts";
import { checkDTypes, checkRank } from "../ops/operand.ts";
import type { Solution, Solves } from "../ops/signatures.ts";
import { tril, triu } from "../ops/triangles.ts";
import { parameters } from "../parameters.ts";
import { broadcastShapes } from "../shape.ts";
import type { Check } from "../shape-types.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import {
  checkMatrix,
  checkSquare,
  checkSquares,
  matrixByMatrix,
  product,
  stacked,
  unstacked,
  workgroupEach,
} from "./matrices.ts";
import { triangularSolve as source } from "./wgsl.generated.ts";

interface Triangle {
  /** The triangle that is read: above the diagonal instead of below. */
  readonly upper: boolean;
  /** Solve with the transpose of the triangle. */
  readonly transpose: boolean;
  /** The diagonal is 1, and not read. */
  readonly unitDiagonal: boolean;
}

const sample = (count: number, n: number, k: number, params: Triangle): Sample<Triangle> => ({
  inputs: [
    { shape: [count, n, n], dtype: "f32", domain: { kind: "positiveDefinite" } },
    { shape: [count, n, k], dtype: "f32" },
  ],
  params,
});

/** From the first row to the last where T is lower triangular, else from the last: divided, then taken off the rows that are left. */
function reference({ inputs: [a, b], outputs: [x], inputTypes: [, type], params }: ReferenceCall<Triangle>): void {
  const [count, n, columns] = type!.shape as [number, number, number];
  const { upper, transpose, unitDiagonal } = params;
  const forward = upper === transpose;
  x!.set(b!);
  for (let s = 0; s < count; s++) {
    const t = (i: number, j: number): number => a![transpose ? (s * n + j) * n + i : (s * n + i) * n + j]!;
    for (let step = 0; step < n; step++) {
      const i = forward ? step : n - 1 - step;
      const row = (s * n + i) * columns;
      if (!unitDiagonal) for (let c = 0; c < columns; c++) x![row + c]! /= t(i, i);
      for (let r = forward ? i + 1 : 0; r < (forward ? n : i); r++) {
        const factor = t(r, i);
        for (let c = 0; c < columns; c++) x![(s * n + r) * columns + c]! -= factor * x![row + c]!;
      }
    }
  }
}

/** X with T·X = B: A (s, n, n), of which one triangle is read, B and X (s, n, k). */
export const triangularSolveOp: Op<Triangle> = defineOp<Triangle>({
  name: "triangularSolve",
  infer: ([a, b]) => {
    const n = checkSquares("triangularSolve", a!);
    checkDTypes("triangularSolve", [b!], ["f32"]);
    checkRank("triangularSolve", b!, 3);
    if (b!.shape[0] !== a!.shape[0] || b!.shape[1] !== n) {
      throw new ShapeError(
        `triangularSolve: ${formatType(a!)} and ${formatType(b!)} do not fit`,
        ["expects [s,n,n] and [s,n,k]"],
        captureSite(),
      );
    }
    return [{ shape: b!.shape, dtype: "f32" }];
  },
  kernel: {
    source,
    sizes: ([, b], { upper, transpose, unitDiagonal }) => {
      const [count, n, k] = b!.shape as [number, number, number];
      const columns = columnsOf(k);
      const sizes = { count, n, k, columns, lanes: 64 / columns, tiles: Math.ceil(k / columns) };
      return {
        ...sizes,
        forward: Number(upper === transpose),
        transposed: Number(transpose),
        unit: Number(unitDiagonal),
      };
    },
    workgroups: ([, b]) => workgroupEach(b!.shape[0]! * Math.ceil(b!.shape[2]! / columnsOf(b!.shape[2]!))),
  },
  reference,
  // dX = T⁻¹·(dB − dT·X)
  vjp: ({ g: [g], inputs: [a], outputs: [x], params, wanted }) => {
    const { upper, transpose, unitDiagonal } = params;
    const gB = apply1(triangularSolveOp, [a!, g!], { ...params, transpose: !transpose });
    if (!wanted[0]) return [null, gB];
    const outer = transpose ? product(x!, gB, { transposeB: true }) : product(gB, x!, { transposeB: true });
    const inset = unitDiagonal ? 1 : 0;
    return [neg(upper ? triu(outer as Tensor, { offset: inset }) : tril(outer as Tensor, { offset: -inset })), gB];
  },
  linear: [1],
  batch: matrixByMatrix(() => triangularSolveOp),
  samples: () => [
    sample(2, 3, 2, { upper: false, transpose: false, unitDiagonal: false }),
    sample(1, 4, 1, { upper: true, transpose: false, unitDiagonal: false }),
    sample(2, 5, 3, { upper: false, transpose: true, unitDiagonal: true }),
    sample(1, 70, 20, { upper: true, transpose: true, unitDiagonal: false }),
    sample(3, 2, 2, { upper: true, transpose: false, unitDiagonal: true }),
    sample(1, 0, 2, { upper: false, transpose: false, unitDiagonal: false }),
    sample(2, 3, 0, { upper: false, transpose: false, unitDiagonal: false }),
  ],
});

/** Columns of X in one workgroup: few, so that there are many workgroups. */
const columnsOf = (k: number): number => [1, 2, 4, 8].find((columns) => columns >= k) ?? 16;

/** {@link triangularSolveOp} with the usual params: the lower triangle, as it is, with its diagonal. */
export function solveTriangle(a: AnyTensor, b: AnyTensor, params: Partial<Triangle> = {}): AnyTensor {
  return apply1(triangularSolveOp, [a, b], { upper: false, transpose: false, unitDiagonal: false, ...params });
}

/** The operands of A·X = B on one stack each. @throws ShapeError where they do not fit. */
export function stackedSystem(
  op: string,
  a: AnyTensor,
  b: AnyTensor,
): { readonly a: AnyTensor; readonly b: AnyTensor; readonly batch: readonly number[] } {
  const n = checkSquare(op, a);
  const [rows] = checkMatrix(op, b);
  if (rows !== n) {
    throw new ShapeError(
      `${op}: a has ${n} rows and b ${rows}`,
      [`a  ${formatType(a)}   b  ${formatType(b)}   expects [n,n] and [n,k]`],
      captureSite(),
    );
  }
  const batch = broadcastShapes(op, a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { a: stacked(a, batch), b: stacked(b, batch), batch };
}

const checkTriangularSolve = parameters(
  "triangularSolve",
  { a: kind.tensor, b: kind.tensor },
  { upper: kind.flag, transpose: kind.flag, unitDiagonal: kind.flag },
);

export interface TriangularSolveOptions {
  /** Read the triangle above the diagonal instead of the one below. @defaultValue false */
  readonly upper?: boolean | undefined;
  /** Solve Tᵀ·X = B. @defaultValue false */
  readonly transpose?: boolean | undefined;
  /** The diagonal of T is 1; that of `a` is not read. @defaultValue false */
  readonly unitDiagonal?: boolean | undefined;
}

/**
 * X with T·X = B, where T is a triangle of `a`; the other triangle is not read. Leading axes broadcast. A zero on the diagonal gives ±∞
 * or NaN. For X·T = B solve Tᵀ·Xᵀ = Bᵀ.
 *
 * @param a - `(…, n, n)`, f32.
 * @param b - `(…, n, k)`, f32.
 * @returns `(…, n, k)`.
 * @throws ShapeError if `a` is not square, or `b` has another number of rows.
 * @see M. B. Giles, An extended collection of matrix derivative results (2008), §2.3, for the derivative.
 * @example
 * ```ts
 * import { evaluateReference, tensor, triangularSolve } from "deconfound";
 * const x = triangularSolve(tensor([[2, 0], [1, 4]]), tensor([[2], [9]]));
 * console.log(String(await evaluateReference(x).data())); // 1,2
 * ```
 */
export function triangularSolve<A extends AnyTensor, B extends AnyTensor>(
  a: A & Check<Square<"triangularSolve", A["shape"]>>,
  b: B & Solves<A, B>,
  options?: TriangularSolveOptions,
): Solution<A, B>;
export function triangularSolve(a: AnyTensor, b: AnyTensor, options: TriangularSolveOptions = {}): AnyTensor {
  checkTriangularSolve(arguments);
  const { upper = false, transpose = false, unitDiagonal = false } = options;
  const system = stackedSystem("triangularSolve", a, b);
  return unstacked(solveTriangle(system.a, system.b, { upper, transpose, unitDiagonal }), system.batch);
}
