import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { easeOf } from "../../src/backdoor/scan/ease.ts";
import { levelLosses } from "../../src/backdoor/scan/level-losses.ts";
import { probabilityOfSuspect, refine } from "../../src/backdoor/scan/refine.ts";
import { separation } from "../../src/backdoor/scan/separation.ts";
import { distanceAt, ranked, splitByDistance } from "../../src/backdoor/scan/split.ts";
import { leastRatio, suspectsOf } from "../../src/backdoor/scan/suspects-of.ts";
import { randomStream } from "../../src/data/random-stream.ts";

/** Two normal numbers from two uniform ones (Box and Muller). */
function normals(seed: number, count: number): Float64Array {
  const random = randomStream([seed, 99], 0);
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform(0, 1)));
    return radius * Math.cos(2 * Math.PI * random.uniform(0, 1));
  });
}

/** Losses of a set whose classes differ in how easy they are, with or without poison in class 3. */
function losses(seed: number, count: number, poisoned: number): { losses: Float32Array[]; labels: Int32Array } {
  const classes = 10;
  const labels = Int32Array.from({ length: count }, (_, i) => (i < poisoned ? 3 : i % classes));
  const looks = [0, 1, 2].map((look) =>
    Float32Array.from(normals(seed * 3 + look, count), (z, i) =>
      i < poisoned ? 0.01 * Math.exp(0.5 * z) : 1.5 * Math.exp(0.6 * z - 0.05 * labels[i]!),
    ),
  );
  return { losses: looks, labels };
}

describe("distanceAt", () => {
  it("is 2.66 where a normal distribution is cut at its median, and 4.06 at its upper 0.5 %", () => {
    const all = ranked(normals(1, 200_000).sort());
    expect(distanceAt(all, 100_000)).toBeCloseTo(2.65, 1);
    expect(distanceAt(all, 199_000)).toBeCloseTo(4.05, 1);
  });

  it("does not change with unit and origin of the values", () => {
    const value = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8);
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 4, maxLength: 40 }),
        fc.integer({ min: -50, max: 50 }),
        (values, shift) => {
          const moved = values.map((v) => 64 * v + shift);
          const threshold = splitByDistance(values, 1).threshold;
          fc.pre(Number.isFinite(threshold));
          expect(splitByDistance(moved, 1).threshold).toBeCloseTo(64 * threshold + shift, 6);
        },
      ),
    );
  });
});

describe("splitByDistance", () => {
  it("leaves at least as many values on each side as it is told, and equal values together", () => {
    expect(splitByDistance([0, 0, 0, 0, 9], 1).threshold).toBe(4.5);
    expect(splitByDistance([0, 0, 0, 0, 9], 2).threshold).toBe(Number.POSITIVE_INFINITY);
    expect(splitByDistance([1, 1, 1], 1).threshold).toBe(Number.POSITIVE_INFINITY);
    expect(splitByDistance([], 1).threshold).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("easeOf", () => {
  it("is the mean over looks, and finite for a loss of 0", () => {
    const [a, b] = easeOf([Float32Array.of(0, 1), Float32Array.of(0, 3)]);
    expect(a).toBeCloseTo(-Math.log(0.02), 12);
    expect(b).toBeCloseTo(-(Math.log(1.02) + Math.log(3.02)) / 2, 12);
  });
});

/** Losses of a set without poison whose classes fall to a hundredth in size, by a network that has learnt the common ones first. */
function imbalanced(seed: number): { losses: Float32Array; labels: Int32Array } {
  const sizes = Array.from({ length: 10 }, (_, c) => Math.round(500 * 0.01 ** (c / 9)));
  const labels = Int32Array.from(sizes.flatMap((size, c) => new Array<number>(size).fill(c)));
  const noise = normals(seed, labels.length * 10);
  const losses = Float32Array.from(labels, (label, i) => {
    const logits = sizes.map(
      (size, c) => Math.log(size) + 2 * noise[10 * i + c]! + (c === label ? (5 * size) / sizes[0]! : 0),
    );
    return Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[label]!;
  });
  return { losses, labels };
}

describe("levelLosses", () => {
  it("changes nothing where all classes are equally common", () => {
    const losses = Float32Array.of(0, 0.1, 3, 40);
    expect(levelLosses(losses, Int32Array.of(0, 1, 1, 0), 2)).toEqual(losses);
    expect(levelLosses(losses, new Int32Array(4), 1)).toEqual(losses);
  });

  it("is log C for a guess by how common each class is", () => {
    const labels = Int32Array.from([0, 0, 0, 0, 0, 0, 1, 1, 1, 2]);
    const guess = Float32Array.from(labels, (label) => -Math.log([0.6, 0.3, 0.1][label]!));
    for (const loss of levelLosses(guess, labels, 3)) expect(loss).toBeCloseTo(Math.log(3), 6);
  });

  it("keeps the order of the losses of a class, and stays finite", () => {
    const losses = Float32Array.of(0, 1e-30, 1e-8, 0.01, 1, 30, 80, 1, 1);
    const level = levelLosses(losses, Int32Array.of(0, 0, 0, 0, 0, 0, 0, 1, 2), 3);
    expect(level.every((loss) => Number.isFinite(loss) && loss >= 0)).toBe(true);
    for (let i = 1; i < 7; i++) expect(level[i]!).toBeGreaterThanOrEqual(level[i - 1]!);
  });

  it("keeps a class that is merely common from standing apart, over 50 seeds", () => {
    let apart = 0;
    for (let seed = 0; seed < 50; seed++) {
      const { losses, labels } = imbalanced(seed);
      expect([seed, suspectsOf([losses], labels, 10).classes]).toEqual([seed, []]);
      if (separation(easeOf([losses]), labels, 10).ratio > leastRatio) apart++;
    }
    expect(apart).toBeGreaterThan(0); // by the losses as they are some do
  });
});

describe("separation", () => {
  it("stays under the threshold where classes differ in ease but none is poisoned, over 100 seeds", () => {
    for (let seed = 0; seed < 100; seed++) {
      const set = losses(seed, 1000, 0);
      expect([seed, suspectsOf(set.losses, set.labels, 10).classes]).toEqual([seed, []]);
    }
  });

  it("has no opinion on sets that are too small or constant", () => {
    expect(separation([], [], 2).ratio).toBe(1);
    expect(separation([1, 2, 3], [0, 1, 0], 2).ratio).toBe(1);
    expect(separation(new Float64Array(200), new Int32Array(200), 2).ratio).toBe(1);
  });
});

describe("suspectsOf", () => {
  it.each([0.01, 0.02, 0.05, 0.1, 0.3, 0.5])("finds a share of %d in one class", (rate) => {
    for (let seed = 0; seed < 5; seed++) {
      const poisoned = Math.round(2000 * rate);
      const { labels, losses: looks } = losses(seed, 2000, poisoned);
      const { classes, suspects, most } = suspectsOf(looks, labels, 10);
      expect(classes.map(({ label }) => label)).toEqual([3]);
      expect(most.ratio).toBeGreaterThan(leastRatio);
      const hits = suspects.subarray(0, poisoned).reduce((sum, is) => sum + is, 0);
      const named = suspects.reduce((sum, is) => sum + is, 0);
      expect(hits / poisoned).toBeGreaterThan(0.9);
      expect(hits / named).toBeGreaterThan(0.9);
    }
  });

  it("finds two classes that are poisoned at once", () => {
    const { labels, losses: looks } = losses(2, 2000, 200);
    for (let i = 0; i < 200; i += 2) labels[i] = 7;
    const { classes, suspects } = suspectsOf(looks, labels, 10);
    expect(new Set(classes.map(({ label }) => label))).toEqual(new Set([3, 7]));
    expect(suspects.subarray(0, 200).reduce((sum, is) => sum + is, 0)).toBeGreaterThan(190);
    expect(suspects.reduce((sum, is) => sum + is, 0)).toBeLessThan(220);
  });

  it("uses the looks at which the poison shows, whatever the others say", () => {
    const { labels, losses: looks } = losses(4, 1000, 100);
    const late = [looks[1]!.map((_, i) => 1 + (i % 13) / 13), looks[0]!, looks[1]!];
    expect(suspectsOf(late, labels, 10).most.looks[0]).toBe(1);
  });
});

describe("the split of a class", () => {
  it("is made at the looks where the class falls apart most, of those that name it", () => {
    const set = losses(5, 1000, 100); // the second half of the poison is learnt after the first look
    const first = set.losses[0]!.map((loss, i) => (i >= 50 && i < 100 ? 1.5 * Math.exp(0.1 * ((i % 7) - 3)) : loss));
    const { classes, suspects } = suspectsOf([first, ...set.losses.slice(1)], set.labels, 10);
    expect(classes.map(({ label }) => label)).toEqual([3]);
    expect(suspects.slice(0, 100)).toEqual(new Uint8Array(100).fill(1));
    expect(suspects.slice(100)).toEqual(new Uint8Array(900));
  });
});

describe("refine", () => {
  const labels = Int32Array.from({ length: 1000 }, (_, i) => i % 10);
  const suspects = Uint8Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 && i < 500 ? 1 : 0));
  const even = new Float64Array(1000); // ease that tells nothing

  it("adds what looks like the suspects in the flagged class, and nobody else", () => {
    const probability = Float64Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 && i < 600 ? 0.9 : 0.05));
    const { suspects: refined, learnable } = refine(probability, even, suspects, labels, [{ label: 0, ratio: 2 }]);
    expect(learnable).toBe(1);
    expect(refined.reduce((sum, is) => sum + is, 0)).toBe(60);
  });

  it("adds what the network and the ease call suspicious together, though neither does alone", () => {
    const faint = (i: number): boolean => i % 10 === 0 && i >= 500 && i < 600;
    const clean = (i: number): number => (i % 20 === 1 ? 0.3 : 0.05); // some clean images look as suspect, others are as easy
    const probability = Float64Array.from({ length: 1000 }, (_, i) => (suspects[i] ? 0.9 : faint(i) ? 0.3 : clean(i)));
    const ease = Float64Array.from({ length: 1000 }, (_, i) => (suspects[i] || faint(i) || i % 20 === 2 ? 3 : 0));
    const count = (each: Float64Array): number =>
      refine(probability, each, suspects, labels, [{ label: 0, ratio: 2 }]).suspects.reduce((sum, is) => sum + is, 0);
    expect([count(even), count(ease)]).toEqual([50, 60]);
  });

  it("drops a class whose suspects are not recognized, and keeps the others", () => {
    const two = suspects.map((is, i) => (i % 10 === 1 && i < 500 ? 1 : is));
    const probability = Float64Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 && i < 600 ? 0.9 : 0.05));
    const {
      classes,
      learnable,
      suspects: refined,
    } = refine(probability, even, two, labels, [
      { label: 0, ratio: 2 },
      { label: 1, ratio: 3 },
    ]);
    expect([classes, learnable]).toEqual([[0], 1]);
    expect(refined.reduce((sum, is) => sum + is, 0)).toBe(60);
    const none = { learnable: 0, classes: [], suspects: new Uint8Array(1000) };
    expect(refine(new Float64Array(1000).fill(0.05), even, suspects, labels, [{ label: 0, ratio: 3 }])).toEqual(none);
  });

  it("takes out a suspect that is not recognized", () => {
    const probability = Float64Array.from({ length: 1000 }, (_, i) => (suspects[i] === 1 && i > 90 ? 0.9 : 0.05));
    const { suspects: refined } = refine(probability, even, suspects, labels, [{ label: 0, ratio: 2 }]);
    expect(refined.reduce((sum, is) => sum + is, 0)).toBe(40);
  });

  it("keeps a suspect that is not recognized where its class stands apart clearly", () => {
    const probability = Float64Array.from({ length: 1000 }, (_, i) => (suspects[i] === 1 && i > 90 ? 0.9 : 0.05));
    const { suspects: refined } = refine(probability, even, suspects, labels, [{ label: 0, ratio: 2 * leastRatio }]);
    expect(refined).toEqual(suspects);
  });

  it("adds nobody where the network is sure that all others are innocent, and no ease tells more", () => {
    const probability = Float64Array.from(suspects);
    const { suspects: refined } = refine(probability, even, suspects, labels, [{ label: 0, ratio: 2 }]);
    expect(refined).toEqual(suspects);
  });

  it("has only the recognized suspects where every class is asked", () => {
    const every = Array.from({ length: 10 }, (_, label) => ({ label, ratio: 2 }));
    const one = Uint8Array.from({ length: 1000 }, (_, i) => (i < 500 ? 1 : 0));
    expect(refine(new Float64Array(1000).fill(0.9), even, one, labels, every).suspects).toEqual(one);
  });

  it("reads probabilities from losses", () => {
    const [own, other] = probabilityOfSuspect([Float32Array.of(Math.log(4), Math.log(4))], Uint8Array.of(1, 0));
    expect(own).toBeCloseTo(0.25, 6);
    expect(other).toBeCloseTo(0.75, 6);
  });
});
