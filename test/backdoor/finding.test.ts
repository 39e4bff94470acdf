import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diagnose } from "../../src/backdoor/diagnostics.ts";
import { hasSecondGroup, secondGroupMass } from "../../src/backdoor/excess-mass.ts";
import { flagsOf } from "../../src/backdoor/flags.ts";
import type { Rate } from "../../src/backdoor/metrics.ts";
import { cleanMetrics, defenceMetrics } from "../../src/backdoor/metrics.ts";
import { builtinDataset } from "../../src/data/builtin.ts";

/** Uniform numbers in [0, 1): mulberry32. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const draw = (n: number, next: () => number): Float64Array => Float64Array.from({ length: n }, next).sort();
const normal = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

describe("a second group", () => {
  test("two far groups: the mass is near the share of the smaller one", () => {
    const next = uniforms(1);
    const values = draw(1000, () => (next() < 0.9 ? next() : 1000 + next()));
    expect(secondGroupMass(values)).toBeCloseTo(values.filter((value) => value > 500).length / 1000, 1);
    expect(hasSecondGroup(values)).toBe(true);
  });

  test("does not depend on place and unit", () => {
    const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 60 });
    const scaled = (list: readonly number[], by: number, to: number): number[] =>
      list.map((value) => value * by + to).sort((a, b) => a - b);
    fc.assert(
      fc.property(values, fc.integer({ min: -5, max: 5 }), (list, power) => {
        const [one, other] = [scaled(list, 1, 0), scaled(list, 2 ** power, 64)].map(secondGroupMass);
        expect(other).toBeCloseTo(one!, 9);
      }),
    );
  });

  test("equal values, one value and two values are one group", () => {
    for (const values of [[1], [1, 1, 1, 1], [0, 1]]) expect(hasSecondGroup(values)).toBe(false);
  });

  test.each([
    ["equally spread", (next: () => number) => next()],
    ["normal", normal],
    ["exponential", (next: () => number) => -Math.log(1 - next())],
    ["heavy-tailed", (next: () => number) => 1 / (1 - next()) ** 2],
  ])("%s values are called two groups in at most 1 of 100 samples", (_, value) => {
    const next = uniforms(7);
    const alarms = Array.from({ length: 400 }, () => hasSecondGroup(draw(300, () => value(next)))).filter(Boolean);
    expect(alarms.length).toBeLessThanOrEqual(10); // of 400: 4 and three standard deviations
  });
});

describe("what a ranking comes to", () => {
  const next = uniforms(3);
  const labels = Int32Array.from({ length: 1000 }, (_, i) => i % 10);
  const set = { count: 1000, labels, classes: 10 };
  const plain = (): number => 0.3 * next();
  const suspicion = (isSuspect: (i: number) => boolean): number[] =>
    Array.from(labels, (_, i) => (isSuspect(i) ? 4 + next() : plain()));

  test("half of one class: poison", () => {
    const found = diagnose(
      set,
      suspicion((i) => labels[i] === 3 && i < 500),
    );
    expect(found).toMatchObject({ finding: "poison", suspectedTarget: 3, estimatedRate: 0.05 });
    expect(found.classes[3]).toEqual({ count: 100, suspects: 50 });
    expect(found.classes[4]).toEqual({ count: 100, suspects: 0 });
  });
  test("all of one class: an easy class", () => {
    expect(
      diagnose(
        set,
        suspicion((i) => labels[i] === 7),
      ).finding,
    ).toBe("wholeClass");
  });
  test("some of every class: wrong labels", () => {
    expect(
      diagnose(
        set,
        suspicion((i) => i % 7 === 0),
      ).finding,
    ).toBe("scattered");
  });
  test("one group: nothing", () => {
    expect(
      diagnose(
        set,
        suspicion(() => false),
      ).finding,
    ).toBe("nothing");
  });
  test("a suspicion that is not finite is refused", () => {
    expect(() => diagnose({ count: 2, labels: Int32Array.of(0, 1), classes: 2 }, [0, Number.NaN])).toThrow(
      "the suspicion of sample 1 is NaN",
    );
  });
});

describe("flags", () => {
  const rate = (value: number, count = 100): Rate => ({ rate: value, count });
  const test10 = builtinDataset({ count: 100, size: 12 });

  test("a lost target class is seen beside an ASR of 0", () => {
    const never3 = Array.from(test10.labels, (label) => (label === 3 ? 4 : label));
    const metrics = defenceMetrics(test10, () => 3, never3, never3);
    expect(metrics.asr.rate).toBe(0);
    expect(metrics.targetAccuracy).toEqual({ rate: 0, count: 10 });
    expect(metrics.classAccuracy.map((one) => one.rate)).toEqual([1, 1, 1, 0, 1, 1, 1, 1, 1, 1]);
    expect(flagsOf(metrics, { undefended: false })).toEqual([{ kind: "class lost", label: 3 }]);
  });
  test("a model that names one class has collapsed", () => {
    const metrics = cleanMetrics(
      test10,
      Array.from(test10.labels, () => 2),
    );
    expect(flagsOf(metrics, { undefended: false })).toEqual([{ kind: "collapsed" }]);
  });
  test("collapse is told from skill in two classes and in a set of mostly one class", () => {
    expect(flagsOf({ ca: rate(0.9, 200), classAccuracy: [rate(0.9), rate(0.9)] }, { undefended: false })).toEqual([]);
    expect(flagsOf({ ca: rate(0.9, 100), classAccuracy: [rate(1, 90), rate(0, 10)] }, { undefended: false })).toEqual([
      { kind: "collapsed" },
    ]);
  });
  test("an attack that the undefended model did not learn", () => {
    const learned = { ca: rate(0.9, 200), classAccuracy: [rate(0.9), rate(0.9)], asr: rate(0.2) };
    expect(flagsOf(learned, { undefended: true })).toEqual([{ kind: "attack not learned" }]);
    expect(flagsOf(learned, { undefended: false })).toEqual([]);
    expect(flagsOf({ ...learned, asr: rate(0.9) }, { undefended: true })).toEqual([]);
  });
});
