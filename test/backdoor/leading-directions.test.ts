import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leadingDirections } from "../../src/backdoor/leading-directions.ts";

const entry = fc.double({ min: -10, max: 10, noNaN: true });
const largest = (matrix: readonly number[], columns: number): number =>
  leadingDirections(matrix, columns, 1).values[0]!;

describe("the largest singular value", () => {
  it("is that of the closed form for 2×2", () => {
    fc.assert(
      fc.property(entry, entry, entry, entry, (a, b, c, d) => {
        const [sum, det] = [a * a + b * b + c * c + d * d, a * d - b * c];
        const exact = Math.sqrt((sum + Math.sqrt(Math.max(0, sum * sum - 4 * det * det))) / 2);
        expect(largest([a, b, c, d], 2)).toBeCloseTo(exact, 4);
      }),
    );
  });

  it("is between the longest row and the Frobenius norm", () => {
    const matrix = fc.array(fc.tuple(entry, entry, entry), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(matrix, (rows) => {
        const value = largest(rows.flat(), 3);
        expect(value).toBeLessThanOrEqual(Math.hypot(...rows.flat()) + 1e-6);
        expect(value).toBeGreaterThanOrEqual(Math.max(...rows.map((row) => Math.hypot(...row))) - 1e-3);
      }),
    );
  });
});

describe("leading directions", () => {
  it("are the axes of a diagonal matrix, the longest first", () => {
    const { directions, values } = leadingDirections([1, 0, 0, 0, 5, 0, 0, 0, 3], 3, 2);
    expect(values.map((value) => Number(value.toFixed(6)))).toEqual([5, 3]);
    expect(directions.map((vector) => [...vector].map((at) => Math.round(Math.abs(at))))).toEqual([
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  it("are 0 where the matrix has no further one", () => {
    const { directions, values } = leadingDirections([3, 4], 2, 2);
    expect(values[0]).toBeCloseTo(5);
    expect(values[1]).toBeCloseTo(0);
    expect(leadingDirections([0, 0], 2, 1)).toEqual({ directions: [new Float64Array(2)], values: [0] });
    expect(directions).toHaveLength(2);
  });
});
