import { describe, expect, test } from "vitest";
import { heNormal, heUniform, torchUniform, xavierNormal, xavierUniform } from "../../src/nn/initialize.ts";
import { key } from "../../src/tensor/random.ts";
import { values } from "../autodiff/values.ts";

const kernel = [3, 3, 20, 50]; // fan in 180, fan out 450
const weight = [60, 150];
const count = 9000;

const draw = (t: unknown): { deviation: number; mean: number; largest: number } => {
  const numbers = values(t) as number[];
  expect(numbers).toHaveLength(count);
  return {
    mean: numbers.reduce((a, b) => a + b) / count,
    deviation: Math.sqrt(numbers.reduce((a, b) => a + b * b, 0) / count),
    largest: Math.max(...numbers.map(Math.abs)),
  };
};

describe("initialisers", () => {
  test.each([
    ["heNormal, kernel", heNormal(key(1), kernel), 2 / 180],
    ["heNormal, kernel, fan out", heNormal(key(2), kernel, { fan: "out" }), 2 / 450],
    ["heNormal, dense", heNormal(key(3), weight), 2 / 60],
    ["xavierNormal, kernel", xavierNormal(key(4), kernel), 2 / 630],
    ["xavierNormal, dense", xavierNormal(key(5), weight), 2 / 210],
  ])("%s", (_, t, variance) => {
    const { mean, deviation, largest } = draw(t);
    const sigma = Math.sqrt(variance);
    expect(Math.abs(mean)).toBeLessThan((4 * sigma) / Math.sqrt(count));
    expect(Math.abs(deviation / sigma - 1)).toBeLessThan(4 / Math.sqrt(2 * count));
    expect(largest).toBeGreaterThan(3 * sigma); // not a uniform distribution
  });

  test.each([
    ["heUniform, kernel", heUniform(key(1), kernel), Math.sqrt(6 / 180)],
    ["heUniform, dense, fan out", heUniform(key(2), weight, { fan: "out" }), Math.sqrt(6 / 150)],
    ["xavierUniform, kernel", xavierUniform(key(3), kernel), Math.sqrt(6 / 630)],
    ["torchUniform, kernel", torchUniform(key(4), kernel), 1 / Math.sqrt(180)],
    ["torchUniform, dense", torchUniform(key(5), weight), 1 / Math.sqrt(60)],
    ["torchUniform, bias", torchUniform(key(6), [count], { fanIn: 25 }), 0.2],
  ])("%s", (_, t, bound) => {
    const { mean, deviation, largest } = draw(t);
    expect(Math.abs(mean)).toBeLessThan((4 * bound) / Math.sqrt(3 * count));
    expect(Math.abs((deviation * Math.sqrt(3)) / bound - 1)).toBeLessThan(0.02);
    expect(largest / bound).toBeGreaterThan(0.995);
    expect(largest / bound).toBeLessThan(1 + 1e-6);
  });
});
