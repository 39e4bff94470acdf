import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confident } from "../../../../src/backdoor/scan/late/confident.ts";
import { contradictions } from "../../../../src/backdoor/scan/late/contradictions.ts";
import { contrastOf } from "../../../../src/backdoor/scan/late/contrast-of.ts";
import { level } from "../../../../src/backdoor/scan/late/level.ts";
import { structureOf } from "../../../../src/backdoor/scan/late/structure-of.ts";

/** Mutual mistakes with the two neighbours, as natural classes have. */
function natural(classes: number): number[][] {
  return Array.from({ length: classes }, (_, a) =>
    Array.from({ length: classes }, (_, b) => {
      if (a === b) return 200;
      return (a + 1) % classes === b || (b + 1) % classes === a ? 12 + (Math.min(a, b) % 3) : 1;
    }),
  );
}

/** Every label's images that look like another class: `count` of them moved by the attack. */
function attacked(classes: number, add: (a: number, b: number) => number): number[][] {
  return natural(classes).map((row, a) => row.map((count, b) => count + add(a, b)));
}

describe("structureOf", () => {
  it.each([5, 10, 43])("finds nothing in mutual mistakes of %i classes", (classes) => {
    const { kind, rows, spread } = structureOf(natural(classes));
    expect([kind, rows]).toEqual(["nothing", []]);
    expect(Math.max(...spread)).toBeLessThan(0.9 * (classes - 1));
  });

  it.each([6, 10, 43])("finds the target of an all-to-one attack among %i classes", (classes) => {
    const { kind, rows, contradicted } = structureOf(attacked(classes, (a, b) => (a === 2 && a !== b ? 40 : 0)));
    expect([kind, rows]).toEqual(["row", [2]]);
    expect(contradicted.indexOf(Math.max(...contradicted))).toBe(2);
  });

  it("does not ask fewer than six classes for a row: natural mistakes spread over few others too", () => {
    const { kind, rows, spread } = structureOf(attacked(5, (a, b) => (a === 2 && a !== b ? 40 : 0)));
    expect([kind, rows]).toEqual(["nothing", []]);
    expect(spread[2]).toBeGreaterThan(3.6);
  });

  it("finds two targets", () => {
    expect(structureOf(attacked(10, (a, b) => ((a === 2 || a === 7) && a !== b ? 40 : 0))).rows).toEqual([2, 7]);
  });

  it.each([3, 5, 10, 43])("finds the shift of an all-to-all attack of %i classes, whatever its step", (classes) => {
    for (const step of [1, classes - 1]) {
      const { kind, partners } = structureOf(attacked(classes, (a, b) => (a === (b + step) % classes ? 30 : 0)));
      expect([kind, [...partners]]).toEqual(["shift", Array.from(partners, (_, a) => (a - step + classes) % classes)]);
    }
  });

  it("takes evenly spread contradictions of most labels for noise", () => {
    const { kind, rows } = structureOf(attacked(10, (a, b) => (a === b ? 0 : 30)));
    expect(kind).toBe("nothing");
    expect(rows.length).toBe(10);
  });

  it("finds nothing among two classes: one other class is no spread, and there is no direction", () => {
    expect(structureOf([[80, 20], [5, 95]]).kind).toBe("nothing"); // biome-ignore format: a table
    expect(structureOf([[80, 20], [20, 80]]).kind).toBe("nothing"); // biome-ignore format: a table
  });

  it("does not depend on the order of the classes", () => {
    const table = attacked(7, (a, b) => (a === 3 && b !== 3 ? 40 : 0));
    const order = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(order, (places) => {
        const moved = structureOf(places.map((a) => places.map((b) => table[a]![b]!)));
        expect([moved.kind, moved.rows]).toEqual(["row", [places.indexOf(3)]]);
      }),
    );
  });

  it("takes a table without any sure image", () => {
    expect(structureOf([[0, 0, 0], [0, 0, 0], [0, 0, 0]]).kind).toBe("nothing"); // biome-ignore format: a table
  });
});

describe("contradictions", () => {
  it("counts what surely looks like something", () => {
    expect(contradictions([0, 1, 1, 2, 2], [0, 2, 2, -1, 1], 3).map((row) => [...row])).toEqual([
      [1, 0, 0],
      [0, 0, 2],
      [0, 1, 0],
    ]);
  });
});

describe("confident", () => {
  it("keeps the upper half of every predicted class, and every class", () => {
    const [sure, unsure] = [
      [0.9, 0.1],
      [0.6, 0.4],
    ];
    expect([...confident([...sure!, ...unsure!, 0.2, 0.8, 0.45, 0.55], 2)]).toEqual([0, -1, 1, -1]);
  });

  it("leaves out classes that nothing looks like", () => {
    expect([...confident([0.8, 0.1, 0.1, 0.2, 0.7, 0.1], 3)]).toEqual([0, 1]);
  });
});

describe("level", () => {
  const share = fc.double({ min: 0.05, max: 1, noNaN: true });
  const rows = fc.array(fc.tuple(share, share, share), { minLength: 3, maxLength: 40 });
  const normalised = (list: readonly (readonly number[])[]): number[] =>
    list.flatMap((row) => row.map((p) => p / row.reduce((a, b) => a + b)));

  it("gives a flagged class the mean probability of the others, and keeps rows that sum to 1", () => {
    fc.assert(
      fc.property(rows, (list) => {
        const levelled = level(normalised(list), 3, [1]);
        const means = [0, 1, 2].map(
          (c) => levelled.filter((_, at) => at % 3 === c).reduce((a, b) => a + b) / list.length,
        );
        expect(means[1]).toBeCloseTo((means[0]! + means[2]!) / 2, 5);
        for (let at = 0; at < levelled.length; at += 3) {
          expect(levelled[at]! + levelled[at + 1]! + levelled[at + 2]!).toBeCloseTo(1, 12);
        }
      }),
    );
  });

  it("changes nothing where nothing is flagged, or the flagged class is level", () => {
    const even = [0.7, 0.3, 0.3, 0.7];
    expect([...level(even, 2, [])]).toEqual(even);
    level(even, 2, [0]).forEach((p, at) => {
      expect(p).toBeCloseTo(even[at]!, 9);
    });
  });
});

describe("contrastOf", () => {
  // three classes; images 0 … 2 look like their label, 3 looks like 1 and is labelled 0
  const labels = [0, 1, 2, 0];
  const like = (c: number): number[] => [0, 1, 2].map((k) => (k === c ? 0.8 : 0.1));
  const probabilities = [0, 1, 2, 1].flatMap(like);
  const partners = Int32Array.of(1, 2, 0);

  it("shift: suspect is what looks like its label's partner", () => {
    const { positive, reference, looks } = contrastOf({ kind: "shift", rows: [], partners }, probabilities, labels);
    expect([[...positive], [...reference], [...looks]]).toEqual([
      [0, 0, 0, 1],
      [1, 1, 1, 0],
      [0, 1, 2, 1],
    ]);
  });

  it("row: suspect is what is labelled as the target and looks like another class", () => {
    const { positive, reference } = contrastOf({ kind: "row", rows: [0], partners }, probabilities, labels);
    expect([[...positive], [...reference]]).toEqual([
      [0, 0, 0, 1],
      [0, 1, 1, 0],
    ]);
  });
});
