import { describe, expect, it } from "vitest";
import { argsort, stack } from "../../src/tensor/ops/index.ts";
import * as random from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { threefryBlock } from "../../src/tensor/threefry.ts";
import { valuesOf } from "./dense.ts";

const average = (data: readonly number[]): number => data.reduce((a, b) => a + b, 0) / data.length;

describe("Threefry-2x32-20", () => {
  // Random123, kat_vectors
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as [number, number][][])("key %j, counter %j → %j", (key, counter, block) => {
    expect(threefryBlock(key!, counter!)).toEqual(block);
  });
});

describe("keys", () => {
  it("are the words of the seed", () => {
    expect(valuesOf(random.key(5))).toEqual([0, 5]);
    expect(valuesOf(random.key(2 ** 40 + 7))).toEqual([256, 7]);
    for (const seed of [-1, 0.5, 2 ** 53]) expect(() => random.key(seed)).toThrow("is not a seed");
  });

  it("split into the blocks of the counters, foldIn into the block of its number", () => {
    const key = random.key(0xabcdef);
    const expected = [0, 1, 2].map((counter) => threefryBlock([0, 0xabcdef], [0, counter]));
    expect(random.split(key, 3).map(valuesOf)).toEqual(expected);
    expect(valuesOf(random.foldIn(key, 2))).toEqual(expected[2]);
    expect(valuesOf(random.foldIn(key, tensor(2, { dtype: "i32" })))).toEqual(expected[2]);
    expect(valuesOf(random.foldIn(key, 2 ** 32 - 1))).toEqual(threefryBlock([0, 0xabcdef], [0, 2 ** 32 - 1]));
  });

  it("refuse what is no key", () => {
    expect(() => random.bits(tensor([1, 2]), [3])).toThrow("bits: the key is f32[2]");
    expect(() => random.split(stack(random.split(random.key(1))), 2)).toThrow("split: the key is u32[2,2]");
  });
});

describe("numbers", () => {
  it("bits do not depend on the shape, only on the place", () => {
    const key = random.key(9);
    const flat = valuesOf(random.bits(key, [12]));
    expect(valuesOf(random.bits(key, [3, 4]))).toEqual(flat);
    expect(valuesOf(random.bits(key, [5]))).toEqual(flat.slice(0, 5));
    expect(flat[3]).toBe(((a) => (a[0] ^ a[1]) >>> 0)(threefryBlock([0, 9], [0, 3])));
    expect(random.bits(key, [0, 2]).shape).toEqual([0, 2]);
  });

  // docs.jax.dev, jax.random: uniform of key(0), and of the second key that it splits into
  it("agree with JAX's documentation", () => {
    const key = random.key(0);
    expect(valuesOf(random.uniform(key, []))[0]).toBeCloseTo(0.947667, 6);
    expect(valuesOf(random.uniform(random.split(key)[1]!, []))[0]).toBeCloseTo(0.00729382, 8);
    expect(valuesOf(random.normal(random.key(42), []))[0]).toBeCloseTo(-0.028304616, 6);
  });

  it("uniform is the upper 23 bits, the same in f32 and f64", () => {
    const key = random.key(3);
    const expected = valuesOf(random.bits(key, [1000])).map((word) => Math.floor(word / 512) / 2 ** 23);
    expect(valuesOf(random.uniform(key, [1000]))).toEqual(expected);
    const single = evaluateReference(random.uniform(key, [1000]), { precision: "f32" });
    expect(valuesOf(single)).toEqual(expected);
    const scaled = valuesOf(random.uniform(key, [1000], { from: -2, to: 6 }));
    expect(scaled).toEqual(expected.map((u) => u * 8 - 2));
  });

  it("uniform and normal have their moments", () => {
    const n = 40_000; // standard errors: mean 1/√n·σ = 0.005 for the normal, 0.0015 for the uniform
    const u = valuesOf(random.uniform(random.key(1), [n]));
    expect(Math.abs(average(u) - 0.5)).toBeLessThan(5 * 0.0015);
    expect(Math.abs(average(u.map((v) => (v - 0.5) ** 2)) - 1 / 12)).toBeLessThan(0.002);
    const z = valuesOf(random.normal(random.key(2), [n]));
    expect(Math.abs(average(z))).toBeLessThan(5 * 0.005);
    expect(Math.abs(average(z.map((v) => v ** 2)) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(average(z.map((v) => v ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    expect(Math.abs(average(z.map((v, i) => v * (z[i + 1] ?? 0))))).toBeLessThan(5 * 0.005);
  });

  it("bernoulli has its rate, never at 0 and always at 1", () => {
    const key = random.key(4);
    const rate = (p: number): number => average(valuesOf(random.bernoulli(key, [20_000], { p })));
    expect(rate(0)).toBe(0);
    expect(rate(1)).toBe(1);
    expect(Math.abs(rate(0.3) - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / 20_000));
    const rows = random.bernoulli(key, [2, 4], { p: tensor([[0], [1]]) });
    expect(valuesOf(rows)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it("permutation holds every number once; short ones are one sort, long ones two", () => {
    for (const n of [0, 1, 2, 7, 3000]) {
      const order = valuesOf(random.permutation(random.key(5), n));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }
    const words = random.bits(random.split(random.key(5))[1]!, [7]);
    expect(valuesOf(random.permutation(random.key(5), 7))).toEqual(valuesOf(argsort(words)));
    const places = Array.from({ length: 3000 }, (_, i) => i);
    const order = valuesOf(random.permutation(random.key(6), 3000));
    // correlation of place and number: about 1/√n
    const centre = average(places);
    const covariance = average(places.map((p) => (p - centre) * (order[p]! - centre)));
    expect(Math.abs(covariance / (3000 ** 2 / 12))).toBeLessThan(5 / Math.sqrt(3000));
  });
});
