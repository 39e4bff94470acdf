import { describe, expect, it } from "vitest";
import { eigenvaluesOf } from "../../src/mi/float64/eigenvalues.ts";
import { makePoints } from "../../src/mi/float64/points.ts";
import { randomStream } from "../../src/mi/float64/random-stream.ts";
import type { Points } from "../../src/mi/index.ts";
import { binned, cca, ksg } from "../../src/mi/index.ts";
import { lgamma as logGamma, polygamma } from "../../src/tensor/gamma-function.ts";
import { gaussianPairs } from "./gaussian-pairs.ts";

const truth = (features: number, rho: number): number => (-features / 2) * Math.log(1 - rho ** 2);

const digamma = (x: number): number => polygamma(0, x);

describe("gamma functions", () => {
  it("are factorials and Euler's constant", () => {
    for (let n = 1; n < 20; n++) {
      const factorial = Array.from({ length: n - 1 }, (_, k) => Math.log(k + 1)).reduce((a, b) => a + b, 0);
      expect(logGamma(n)).toBeCloseTo(factorial, 12);
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 13);
    expect(digamma(0.5)).toBeCloseTo(-0.5772156649015329 - 2 * Math.LN2, 13);
  });
  it("digamma is the slope of logGamma, and ψ(x + 1) = ψ(x) + 1/x", () => {
    for (const x of [0.1, 0.7, 1.5, 4, 9.99, 10.01, 123.4]) {
      const h = 1e-4 * x;
      expect(digamma(x)).toBeCloseTo((logGamma(x + h) - logGamma(x - h)) / (2 * h), 5);
      expect(digamma(x + 1) - digamma(x)).toBeCloseTo(1 / x, 12);
    }
  });
});

describe("eigenvalues", () => {
  it("have the matrix's trace and determinant", () => {
    const a = [
      [4, 1, -2],
      [1, 3, 0.5],
      [-2, 0.5, 5],
    ];
    const found = eigenvaluesOf(a);
    expect(found.reduce((x, y) => x + y)).toBeCloseTo(12, 12);
    expect(found.reduce((x, y) => x * y)).toBeCloseTo(4 * (15 - 0.25) - (5 + 1) - 2 * (0.5 + 6), 10);
    expect(
      eigenvaluesOf([
        [2, 0],
        [0, 7],
      ]),
    ).toEqual([7, 2]);
  });
});

describe("random stream", () => {
  it("is the same for the same seed, with the moments of its distributions", () => {
    const stream = randomStream(3);
    const uniforms = Array.from({ length: 20_000 }, () => stream.uniform());
    const normals = Array.from({ length: 20_000 }, () => stream.normal());
    const moment = (values: number[], power: number): number =>
      values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(uniforms, 1)).toBeCloseTo(0.5, 2);
    expect(moment(uniforms, 2)).toBeCloseTo(1 / 3, 2);
    expect(Math.abs(moment(normals, 1))).toBeLessThan(0.02);
    expect(Math.abs(moment(normals, 2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moment(normals, 4) - 3)).toBeLessThan(0.2);
    expect(Math.min(...uniforms)).toBeGreaterThan(0);
    expect(randomStream(3).uniform()).toBe(uniforms[0]);
    expect(randomStream(4).uniform()).not.toBe(uniforms[0]);
  });
});

describe("ksg", () => {
  // published band: mutinfo's test, |error| ≤ 0.05 + 5 % at n = 10,000; here n = 1,500
  it.each([
    [1, 0],
    [1, 0.6],
    [1, 0.9],
    [2, 0.6],
  ])("is near the truth of %s pairs of correlation %s", (features, rho) => {
    const { x, y } = gaussianPairs(1500, features, rho, 11);
    expect(Math.abs(ksg.value(x, y, { k: 5 }) - truth(features, rho))).toBeLessThan(0.08);
  });
  it("does not see the scale of the features, nor the order of samples", () => {
    const { x, y } = gaussianPairs(300, 1, 0.7, 2);
    const value = ksg.value(x, y, { k: 3 });
    const order = Array.from({ length: 300 }, (_, i) => (i * 7) % 300);
    const turned = (z: Points): Points => makePoints(300, 1, (i) => z.values[order[i]!]!);
    expect(ksg.value(turned(x), turned(y), { k: 3 })).toBeCloseTo(value, 12);
  });
  it("counts by hand", () => {
    // four samples on a line, x = y: each radius is the distance to the neighbour, within which nobody lies
    const line = makePoints(4, 1, (i) => [0, 1, 3, 7][i]!);
    const expected = digamma(1) + digamma(4) - (4 * 2 * digamma(1)) / 4;
    expect(ksg.value(line, line, { k: 1 })).toBeCloseTo(expected, 12);
  });
});

describe("cca", () => {
  it("is near the truth, exact in the sample correlation for one feature, and 0 for products", () => {
    const { x, y } = gaussianPairs(3000, 3, 0.7, 5);
    expect(Math.abs(cca.value(x, y) - truth(3, 0.7))).toBeLessThan(0.06);
    const two = { x: makePoints(4, 1, (i) => [1, 1, -1, -1][i]!), y: makePoints(4, 1, (i) => [2, 0, 0, -2][i]!) };
    expect(cca.value(two.x, two.y)).toBeCloseTo(-0.5 * Math.log(1 - 0.5), 12); // correlation² = 1/2
  });
  it("does not see linear maps", () => {
    const { x, y } = gaussianPairs(200, 2, 0.5, 6);
    const mapped = makePoints(200, 2, (i, k) => 3 * x.values[2 * i]! + (k === 0 ? 1 : -2) * x.values[2 * i + 1]! + 4);
    expect(cca.value(mapped, y)).toBeCloseTo(cca.value(x, y), 10);
  });
  it("names a feature that follows from others", () => {
    const { x, y } = gaussianPairs(20, 1, 0.5, 7);
    const twice = makePoints(20, 2, (i, k) => (k + 1) * x.values[i]!);
    expect(() => cca.value(twice, y)).toThrow("feature 1 follows from those before it");
  });
});

describe("binned", () => {
  it("is near the truth in one dimension, near 0 for independence, exact for a discrete pair", () => {
    const { x, y } = gaussianPairs(4000, 1, 0.8, 8);
    expect(Math.abs(binned.value(x, y, { bins: 12 }) - truth(1, 0.8))).toBeLessThan(0.06);
    const apart = gaussianPairs(4000, 1, 0, 9);
    expect(Math.abs(binned.value(apart.x, apart.y, { bins: 8 }))).toBeLessThan(0.02);
    const sign = makePoints(100, 1, (i) => i % 2);
    // ln 2, and the correction of each of the two entropies less that of the pair
    expect(binned.value(sign, sign, { bins: 2 })).toBeCloseTo(Math.LN2 + 1 / 200, 12);
  });
});

it.each([ksg, cca, binned])("$name refuses what are no pairs", (estimator) => {
  const { x, y } = gaussianPairs(20, 1, 0.5, 1);
  const bad = { ...x, values: Float64Array.from(x.values, (v, i) => (i === 3 ? Number.NaN : v)) };
  const value = estimator.value as (x: Points, y: Points, options: object) => number;
  const options = { k: 3, bins: 4 };
  expect(() => value(x, { ...y, count: 19, values: y.values.slice(1) }, options)).toThrow(
    "20 points x and 19 points y",
  );
  expect(() => value(bad, y, options)).toThrow("x holds NaN at sample 3");
  expect(() => value({ ...x, features: 2 }, y, options)).toThrow("20 values are not 20 points of 2 features");
});
