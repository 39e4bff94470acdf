import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { erf } from "../../src/tensor/error-function.ts";
import { lgamma } from "../../src/tensor/gamma-function.ts";
import { cholesky } from "../../src/tensor/linalg/cholesky.ts";
import { cov, mean, sum } from "../../src/tensor/ops/index.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import * as random from "../../src/tensor/samplers.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { valuesOf } from "./dense.ts";

const n = 8000;
const key = random.key(20);

/** √n times the largest difference of the numbers' distribution function from the wanted one. */
function kolmogorov(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const gaps = sorted.map((x, i) => Math.max((i + 1) / sorted.length - cdf(x), cdf(x) - i / sorted.length));
  return Math.sqrt(sorted.length) * Math.max(...gaps);
}

const critical = 1.95; // exceeded by one set of right numbers in 1000

const laplace = (x: number): number => (x < 0 ? Math.exp(x) / 2 : 1 - Math.exp(-x) / 2);
const inTwo = (x: number): number => (erf(x * Math.SQRT1_2) / erf(Math.SQRT2) + 1) / 2;
const continuous: readonly (readonly [string, AnyTensor, (x: number) => number])[] = [
  ["gumbel", random.gumbel(key, [n]), (x) => Math.exp(-Math.exp(-x))],
  ["exponential", random.exponential(key, [n]), (x) => -Math.expm1(-x)],
  ["laplace", random.laplace(key, [n]), laplace],
  ["logistic", random.logistic(key, [n]), (x) => 1 / (1 + Math.exp(-x))],
  ["cauchy", random.cauchy(key, [n]), (x) => 0.5 + Math.atan(x) / Math.PI],
  ["truncatedNormal", random.truncatedNormal(key, [n]), inTwo],
  ["gamma of 1", random.gamma(key, [n], { alpha: 1 }), (x) => -Math.expm1(-x)],
  ["gamma of 2", random.gamma(key, [n], { alpha: 2 }), (x) => 1 - Math.exp(-x) * (1 + x)],
  ["gamma of ½", random.gamma(key, [n], { alpha: tensor(0.5) }), (x) => erf(Math.sqrt(x))],
  ["beta of 2, 2", random.beta(key, [n], { a: 2, b: 2 }), (x) => x * x * (3 - 2 * x)],
  ["beta of ½, 1", random.beta(key, [n], { a: 0.5, b: 1 }), Math.sqrt],
  ["studentT of 1", random.studentT(key, [n], { df: 1 }), (x) => 0.5 + Math.atan(x) / Math.PI],
  ["studentT of 2", random.studentT(key, [n], { df: 2 }), (x) => 0.5 + x / (2 * Math.sqrt(2 + x * x))],
];

describe("distributions", () => {
  it.each(continuous)("%s: Kolmogorov and Smirnov", (_, sample, cdf) => {
    expect(kolmogorov(valuesOf(sample), cdf)).toBeLessThan(critical);
  });

  it.each([0, 0.5, 3, 9.5, 10, 40])("poisson of %d: χ² and moments", (rate) => {
    const values = valuesOf(random.poisson(key, [n], { rate }));
    const pmf = (k: number): number =>
      rate === 0 ? Number(k === 0) : Math.exp(k * Math.log(rate) - rate - lgamma(k + 1));
    const kinds = Array.from({ length: 120 }, (_, k) => k).filter((k) => n * pmf(k) >= 5);
    const chi = kinds.reduce((total, k) => {
      const seen = values.filter((value) => value === k).length;
      return total + (seen - n * pmf(k)) ** 2 / (n * pmf(k));
    }, 0);
    expect(chi).toBeLessThan(kinds.length + 4 * Math.sqrt(2 * kinds.length));
    const mean = values.reduce((a, b) => a + b, 0) / n;
    expect(Math.abs(mean - rate)).toBeLessThanOrEqual(4 * Math.sqrt(rate / n));
  });

  it("poisson by a tensor of rates takes both ways", () => {
    const rates = tensor([[2], [30]]);
    const both = valuesOf(random.poisson(key, [2, 2000], { rate: rates }));
    const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
    expect(Math.abs(mean(both.slice(0, 2000)) - 2)).toBeLessThan(4 * Math.sqrt(2 / 2000));
    expect(Math.abs(mean(both.slice(2000)) - 30)).toBeLessThan(4 * Math.sqrt(30 / 2000));
  });

  it("dirichlet lies on the simplex, with means αᵢ/Σα, even of tiny α", () => {
    const draws = random.dirichlet(key, tensor([1, 2, 3]), { shape: [n] });
    valuesOf(sum(draws, { axis: 1 })).forEach((total) => expect(total).toBeCloseTo(1, 5));
    const means = valuesOf(sum(draws, { axis: 0 })).map((total) => total / n);
    means.forEach((mean, i) => expect(mean).toBeCloseTo((i + 1) / 6, 1.8));
    const rare = valuesOf(evaluateReference(random.dirichlet(key, tensor([1e-3, 1e-3])), { precision: "f32" }));
    expect(rare.every(Number.isFinite)).toBe(true);
  });

  it("multivariateNormal has its mean and covariance", () => {
    const covariance = [4, 2, 2, 10];
    const factor = cholesky(tensor(covariance, { shape: [2, 2] }));
    const draws = random.multivariateNormal(key, tensor([1, -3]), { factor, shape: [n] });
    const spread = [4, 10].map((variance) => 4 * Math.sqrt(variance / n));
    valuesOf(mean(draws, { axis: 0 })).forEach((m, i) => {
      expect(Math.abs(m - [1, -3][i]!)).toBeLessThan(spread[i]!);
    });
    // the variance of an estimate of cᵢⱼ is (cᵢⱼ² + cᵢᵢ·cⱼⱼ)/n
    valuesOf(cov(draws, { rowVar: false })).forEach((c, i) => {
      const [x, y] = [covariance[3 * Math.floor(i / 2)]!, covariance[3 * (i % 2)]!];
      expect(Math.abs(c - covariance[i]!)).toBeLessThan(4 * Math.sqrt((covariance[i]! ** 2 + x * y) / n));
    });
  });

  it("randint, choice and categorical have their rates", () => {
    const rates = [0.1, 0.2, 0.3, 0.4];
    const draws = [
      valuesOf(random.categorical(key, tensor(rates.map(Math.log)), { shape: [n] })),
      valuesOf(random.choice(key, 4, [n], { p: tensor(rates) })),
    ];
    for (const values of draws) {
      rates.forEach((p, i) => {
        const seen = values.filter((value) => value === i).length / n;
        expect(Math.abs(seen - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
      });
    }
    expect(new Set(valuesOf(random.randint(key, [n], { from: -3, to: 4 })))).toEqual(new Set([-3, -2, -1, 0, 1, 2, 3]));
    expect([...valuesOf(random.choice(key, 7, [7], { replace: false }))].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("samples are constants of their parameters", () => {
    const slope = grad((alpha: Tensor) => sum(random.gamma(key, [5], { alpha })))(tensor(2));
    expect(valuesOf(slope)).toEqual([0]);
  });

  it("refuse what they cannot draw", () => {
    expect(() => random.gamma(key, [2], { alpha: 0 })).toThrow("random.gamma: alpha is 0");
    expect(() => random.poisson(key, [2], { rate: -1 })).toThrow("random.poisson: rate is -1");
    expect(() => random.randint(key, [2], { to: 0 })).toThrow("random.randint: from 0 to 0");
    expect(() => random.choice(key, 3, [4], { replace: false })).toThrow("random.choice: 4 of 3 without replacement");
    expect(() => random.choice(key, 3, [4], { p: tensor([1]) })).toThrow("random.choice: 1 probabilities for 3");
    expect(() => random.multivariateNormal(key, tensor([1]), { factor: tensor([[1, 2]]) })).toThrow(
      "random.multivariateNormal: mean f32[1] and factor f32[1,2] do not fit",
    );
    expect(() => random.truncatedNormal(key, [2], { from: 1, to: 1 })).toThrow("random.truncatedNormal");
  });
});
