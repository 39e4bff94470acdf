import { describe, expect, it } from "vitest";
import { makePoints } from "../../src/mi/float64/points.ts";
import { randomStream } from "../../src/mi/float64/random-stream.ts";
import type { Points } from "../../src/mi/index.ts";
import { cca, distanceCorrelation, gaussianMI, hsic, sampleEstimators } from "../../src/mi/index.ts";
import { defaultsOf } from "../../src/options/table.ts";
import { add, mul } from "../../src/tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { checkGrads } from "../../src/testing/index.ts";
import { item } from "./random-scores.ts";

const stream = randomStream(1);
const points = (n: number, d: number): Points => makePoints(n, d, () => Math.fround(stream.normal()));
const asTensor = ({ values, count, features }: Points): AnyTensor =>
  tensor(Float32Array.from(values), { shape: [count, features] });
const mixed = (x: Points, noise: Points): Points =>
  makePoints(x.count, noise.features, (i, k) =>
    Math.fround(0.8 * x.values[i * x.features + (k % x.features)]! + 0.6 * noise.values[i * noise.features + k]!),
  );

const x = points(40, 3);
const y = mixed(x, points(40, 2));

type Square = number[][];
const square = (n: number, at: (i: number, j: number) => number): Square =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => at(i, j)));
const meanOf = (rows: Square): number => rows.flat().reduce((a, b) => a + b, 0) / rows.flat().length;
const distance = ({ values, features, count }: Points): Square =>
  square(count, (i, j) =>
    Math.hypot(...Array.from({ length: features }, (_, k) => values[i * features + k]! - values[j * features + k]!)),
  );
const centred = (a: Square): Square => {
  const rows = a.map((row) => row.reduce((s, v) => s + v, 0) / row.length);
  return square(a.length, (i, j) => a[i]![j]! - rows[i]! - rows[j]! + meanOf(a));
};
const product = (a: Square, b: Square): number => meanOf(a.map((row, i) => row.map((v, j) => v * b[i]![j]!)));

describe("gaussianMI", () => {
  it("is what the canonical correlations give", async () => {
    expect(await item(gaussianMI.value(asTensor(x), asTensor(y)))).toBeCloseTo(cca.value(x, y), 5);
  });
});

describe("hsic", () => {
  it("is tr(KHLH)/(n − 1)²", async () => {
    const kernel = (z: Points): Square => {
      const squared = distance(z).map((row) => row.map((v) => v * v));
      const n = z.count;
      const width = (meanOf(squared) * n * n) / (n * (n - 1));
      return squared.map((row) => row.map((v) => Math.exp(-v / (2 * width * 0.5))));
    };
    const expected = product(centred(kernel(x)), kernel(y)) * (40 / 39) ** 2;
    expect(await item(hsic.value(asTensor(x), asTensor(y), { scale: 0.5 }))).toBeCloseTo(expected, 8);
  });
});

describe("distanceCorrelation", () => {
  it("is Székely's formula, squared", async () => {
    const [a, b] = [centred(distance(x)), centred(distance(y))];
    const expected = product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    expect(await item(distanceCorrelation.value(asTensor(x), asTensor(y)))).toBeCloseTo(expected, 6);
  });
  it("is 1 of a vector with itself, turned and scaled", async () => {
    const turned = makePoints(40, 3, (i, k) => 2 * x.values[i * 3 + ((k + 1) % 3)]! + 5);
    expect(await item(distanceCorrelation.value(asTensor(x), asTensor(turned)))).toBeCloseTo(1, 5);
  });
});

describe.each(sampleEstimators)("$name", (estimator) => {
  const value = (a: AnyTensor, b: AnyTensor): AnyTensor => estimator.value(a, b, defaultsOf(estimator.options));
  const small = (p: Points): AnyTensor =>
    asTensor(makePoints(9, 2, (i, k) => p.values[i * p.features + (k % p.features)]!));

  it("has its value's gradient", () => checkGrads((a, b) => value(a!, b!) as never, [small(x), small(y)]));

  it("is larger for dependent samples, and does not see their order", async () => {
    const apart = asTensor(points(40, 2));
    const dependent = await item(value(asTensor(x), asTensor(y)));
    expect(dependent).toBeGreaterThan(1.2 * (await item(value(asTensor(x), apart))));
    const turn = (z: Points): AnyTensor =>
      asTensor(makePoints(40, z.features, (i, k) => z.values[((i * 7) % 40) * z.features + k]!));
    expect(await item(value(turn(x), turn(y)))).toBeCloseTo(dependent, 8);
  });

  it("is finite where all samples are equal, if it says so", async () => {
    if (estimator.name === "gaussian") return; // needs covariances of full rank
    const same = mul(add(asTensor(x), 0), 0);
    expect(Math.abs(await item(value(same, asTensor(y))))).toBeLessThan(1e-6);
  });

  it("refuses what are no pairs", () => {
    expect(() => value(asTensor(x), asTensor(points(39, 2)))).toThrow(/: x is f32\[40,3\], y is f32\[39,2\]/);
    expect(() => value(tensor([1, 2]), tensor([1, 2]))).toThrow(/one feature is \[n,1\]/);
  });
});
