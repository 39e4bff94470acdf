import fc from "fast-check";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

/** Numbers in float64 of a program on the reference. */
export const read = async (x: AnyTensor): Promise<number[]> => [...(await evaluateReference(x).data())];
export const item = async (x: AnyTensor): Promise<number> => (await read(x))[0]!;

/** Square matrices of multiples of 1/8, exact in f32, n from `least`. */
export const matrices = (least = 2, most = 6): fc.Arbitrary<number[][]> =>
  fc
    .integer({ min: least, max: most })
    .chain((n) =>
      fc.array(fc.array(fc.integer({ min: -48, max: 48 }), { minLength: n, maxLength: n }), {
        minLength: n,
        maxLength: n,
      }),
    )
    .map((rows) => rows.map((row) => row.map((value) => value / 8)));

/** The same with a vector of as many numbers as rows. */
export const matricesWithVector = (least = 2): fc.Arbitrary<{ rows: number[][]; vector: number[] }> =>
  matrices(least).chain((rows) =>
    fc
      .array(fc.integer({ min: -16, max: 16 }), { minLength: rows.length, maxLength: rows.length })
      .map((vector) => ({ rows, vector: vector.map((value) => value / 8) })),
  );

export const scoresOf = (rows: readonly (readonly number[])[]): AnyTensor => tensor(rows as number[][]);
export const vectorOf = (values: readonly number[]): AnyTensor => tensor(values as number[]);

/** f of all elements off the diagonal. */
export function offDiagonal(rows: readonly (readonly number[])[]): number[] {
  return rows.flatMap((row, i) => row.filter((_, j) => j !== i));
}
export const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
export const diagonalOf = (rows: readonly (readonly number[])[]): number[] => rows.map((row, i) => row[i]!);
