import fc from "fast-check";
import { expect, test } from "vitest";
import { multiplyAdd, rowMajor, transposed } from "../../src/tensor/matrix-loops.ts";

const size = fc.integer({ min: 0, max: 9 });

test("multiplyAdd adds the product at every size, of transposed and embedded matrices too", () =>
  fc.assert(
    fc.property(size, size, size, fc.boolean(), fc.boolean(), fc.nat(3), (m, k, n, turnA, turnB, gap) => {
      const numbers = (count: number, seed: number): Float64Array =>
        Float64Array.from({ length: count }, (_, i) => ((i * seed) % 13) - 6);
      const a = numbers(m * k + gap, 5);
      const b = numbers(k * n, 7);
      const y = numbers(m * (n + gap), 3); // rows with a gap: what lies there must stay
      const expected = y.slice();
      const at = (row: number, column: number, rows: number, columns: number, turned: boolean): number =>
        turned ? column * rows + row : row * columns + column;
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++)
          for (let p = 0; p < k; p++)
            expected[i * (n + gap) + j]! += a[gap + at(i, p, m, k, turnA)]! * b[at(p, j, k, n, turnB)]!;
      const left = turnA ? transposed(rowMajor(a, m, gap)) : rowMajor(a, k, gap);
      const right = turnB ? transposed(rowMajor(b, k)) : rowMajor(b, n);
      multiplyAdd(m, k, n, left, right, rowMajor(y, n + gap));
      expect(y).toEqual(expected);
    }),
    { numRuns: 200 },
  ));
