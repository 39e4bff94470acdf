import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestAssignment } from "../../../../src/backdoor/scan/late/best-assignment.ts";
import { quasiSymmetry } from "../../../../src/backdoor/scan/late/quasi-symmetry.ts";
import { shiftOf } from "../../../../src/backdoor/scan/late/shift-of.ts";
import { threefryBlock } from "../../../../src/tensor/threefry.ts";

/** All orders of 0 … n − 1. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) => Array.from({ length: n }, (_, at) => order.toSpliced(at, 0, n - 1)));
}

describe("bestAssignment", () => {
  it("is as good as the best of all orders", () => {
    const weight = fc.integer({ min: -20, max: 20 });
    const square = fc
      .integer({ min: 1, max: 5 })
      .chain((n) => fc.array(fc.array(weight, { minLength: n, maxLength: n }), { minLength: n, maxLength: n }));
    fc.assert(
      fc.property(square, (weights) => {
        const sum = (columns: ArrayLike<number>): number =>
          weights.reduce((total, row, i) => total + row[columns[i]!]!, 0);
        const best = bestAssignment(weights);
        expect(new Set(best).size).toBe(weights.length);
        expect(sum(best)).toBe(Math.max(...orders(weights.length).map(sum)));
      }),
    );
  });
});

/** Counts that follow quasi-symmetry exactly: class a is taken for b by its strength, as often as the pair is confused at all. */
function leaning(strength: readonly number[], pair: (a: number, b: number) => number): number[][] {
  return strength.map((own, a) =>
    strength.map((other, b) => (a === b ? 500 : (pair(Math.min(a, b), Math.max(a, b)) * own) / (own + other))),
  );
}

describe("quasiSymmetry", () => {
  const strengths = fc.array(fc.double({ min: 0.3, max: 3, noNaN: true }), { minLength: 3, maxLength: 8 });

  it("leaves nothing of mistakes that are mutual but for a lean of each class", () => {
    fc.assert(
      fc.property(strengths, (strength) => {
        const { excess } = quasiSymmetry(leaning(strength, (a, b) => 2000 + 500 * ((a * b) % 4)));
        for (const row of excess) for (const x of row) expect(Math.abs(x)).toBeLessThan(2); // the smoothing is left
      }),
    );
  });

  it("is skew, and follows the order of the classes", () => {
    const count = fc.integer({ min: 0, max: 90 });
    const table = fc.array(fc.array(count, { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(table, (counts) => {
        const { excess, z } = quasiSymmetry(counts);
        const turned = quasiSymmetry([...counts].reverse().map((row) => [...row].reverse()));
        for (let a = 0; a < 4; a++) {
          for (let b = 0; b < 4; b++) {
            expect(excess[a]![b]! + excess[b]![a]!).toBeCloseTo(0, 6);
            expect(z[a]![b]! + z[b]![a]!).toBeCloseTo(0, 6);
            expect(turned.excess[3 - a]![3 - b]).toBeCloseTo(excess[a]![b]!, 4);
          }
        }
      }),
    );
  });
});

/** Mutual mistakes as counts of draws, so that they differ by chance, of classes that lean. */
function drawn(classes: number, seed: number): number[][] {
  const lean = Array.from({ length: classes }, (_, a) => 1 + (a % 3) / 2);
  const pairs = leaning(lean, (a, b) => ((a + b) % 3 === 0 ? 120 : 12));
  return pairs.map((row, a) =>
    row.map((mean, b) => {
      const even = threefryBlock([seed, 0], [a, b]).map((word) => (word + 0.5) / 2 ** 32) as [number, number];
      const normal = Math.sqrt(-2 * Math.log(even[0])) * Math.cos(2 * Math.PI * even[1]);
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
    }),
  );
}

describe("shiftOf", () => {
  it.each([6, 10])("calls at most 1 of 10 sets of %i classes shifted by chance", (classes) => {
    const alarms = Array.from({ length: 20 }, (_, seed) => shiftOf(drawn(classes, seed)).found).filter(Boolean);
    expect(alarms.length).toBeLessThanOrEqual(2);
  });

  it.each([4, 6, 10, 20])("finds a shift of %i classes under leans that are larger than it", (classes) => {
    for (let seed = 0; seed < 2; seed++) {
      const table = drawn(classes, seed).map((row, a) =>
        row.map((count, b) => count + (b === (a + 1) % classes ? 45 : 0)),
      );
      const { found, partners } = shiftOf(table);
      expect([seed, found, [...partners]]).toEqual([seed, true, Array.from(partners, (_, a) => (a + 1) % classes)]);
    }
  });

  it("finds labels that change places in two rings", () => {
    const next = [1, 2, 3, 4, 0, 6, 7, 8, 9, 5];
    const table = drawn(10, 1).map((row, a) => row.map((count, b) => count + (b === next[a] ? 60 : 0)));
    expect([...shiftOf(table).partners]).toEqual(next);
  });

  it("has no direction among two classes, and none in an empty table", () => {
    expect(shiftOf([[90, 30], [5, 90]]).found).toBe(false); // biome-ignore format: a table
    expect(shiftOf([[0, 0, 0], [0, 0, 0], [0, 0, 0]]).found).toBe(false); // biome-ignore format: a table
  });
});
