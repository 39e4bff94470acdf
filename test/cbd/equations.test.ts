import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { informationBottleneck } from "../../src/cbd/information-bottleneck.ts";
import { backdooredLoss, cleanLoss } from "../../src/cbd/losses.ts";
import { presets } from "../../src/cbd/options.ts";
import { sampleWeights } from "../../src/cbd/sample-weights.ts";
import type { CriticParams } from "../../src/mi/wasserstein/critic.ts";
import { discriminate, initCritic } from "../../src/mi/wasserstein/critic.ts";
import { adversarialMutualInformation } from "../../src/mi/wasserstein/wasserstein.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { mean } from "../../src/tensor/ops/mean.ts";
import { key, normal } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const read = async (x: AnyTensor): Promise<number[]> => [...(await evaluateReference(x).data())];
const plain = { exponent: 1, norm: "none", cap: Number.POSITIVE_INFINITY, floor: 0 } as const;
const losses = fc.array(fc.tuple(fc.integer({ min: 1, max: 800 }), fc.integer({ min: 1, max: 800 })), {
  minLength: 1,
  maxLength: 12,
});
const [first, second] = [0, 1].map((i) => (pairs: [number, number][]) => tensor(pairs.map((pair) => pair[i]! / 64)));

describe("sampleWeights", () => {
  it("is CE_B/(CE_B + CE_C), in [0, 1]; its mean is 1 when scaled", async () => {
    await fc.assert(
      fc.asyncProperty(losses, async (pairs) => {
        const raw = await read(sampleWeights(first!(pairs), second!(pairs), plain));
        raw.forEach((w, i) => {
          expect(w).toBeGreaterThanOrEqual(0);
          expect(w).toBeLessThanOrEqual(1);
          expect(w).toBeCloseTo(pairs[i]![0] / (pairs[i]![0] + pairs[i]![1]), 6);
        });
        const scaled = await read(sampleWeights(first!(pairs), second!(pairs), { ...plain, norm: "batchMean" }));
        expect(scaled.reduce((a, b) => a + b, 0) / scaled.length).toBeCloseTo(1, 10);
      }),
      { numRuns: 30 },
    );
  });

  it("is 1 for all when the losses are equal", async () => {
    const same = tensor([0.5, 2, 7, 0.125]);
    for (const w of await read(sampleWeights(same, same, presets.official.weight))) expect(w).toBeCloseTo(1, 6);
  });

  it("takes exponent, floor, scale and cap in this order", async () => {
    const [b, c] = [tensor([1, 3]), tensor([3, 1])]; // ratios 1/4 and 3/4
    expect((await read(sampleWeights(b, c, { ...plain, exponent: 2 })))[0]).toBeCloseTo(1 / 16, 8);
    expect((await read(sampleWeights(b, c, { ...plain, exponent: 0.5 })))[0]).toBeCloseTo(1 / 2, 8);
    expect((await read(sampleWeights(b, c, { ...plain, floor: 0.5 })))[0]).toBeCloseTo(1 / 2, 8);
    const all = { exponent: 1, norm: "batchMean", cap: 1.1, floor: 0.5 } as const;
    expect(await read(sampleWeights(b, c, all))).toEqual([expect.closeTo(0.8, 7), expect.closeTo(1.1, 7)]);
  });

  it("gives zeros, not NaN, where f_B has no loss at all", async () => {
    const zero = tensor([0, 0]);
    expect(await read(sampleWeights(zero, zero, presets.official.weight))).toEqual([0, 0]);
  });

  it("has no gradient", async () => {
    const f = (b: AnyTensor, c: AnyTensor): AnyTensor => sum(sampleWeights(b, c, plain));
    const [gb, gc] = grad(f, { argnums: [0, 1] })(tensor([1, 2]), tensor([3, 1]));
    expect([...(await read(gb)), ...(await read(gc))]).toEqual([0, 0, 0, 0]);
  });
});

describe("the bottleneck and f_C's loss", () => {
  it("is half the squared norm of each embedding, with gradient z", async () => {
    const z = tensor([
      [1, -2],
      [0, 3],
    ]);
    expect(await read(informationBottleneck(z))).toEqual([2.5, 4.5]);
    expect(await read(grad((x: AnyTensor) => sum(informationBottleneck(x)))(z))).toEqual([1, -2, 0, 3]);
  });

  it("adds β of it to the weighted loss of each sample", async () => {
    const z = tensor([[2], [4]]);
    expect(await read(cleanLoss(tensor([1, 3]), tensor([0.5, 2]), z, 0.25))).toEqual([1, 8]);
    expect(await read(cleanLoss(tensor([1, 3]), tensor([0.5, 2]), z, 0))).toEqual([0.5, 6]);
  });

  it("is cross entropy or (1 − p^q)/q for f_B", async () => {
    const logits = tensor([[0, Math.log(3)]]);
    const labels = tensor(Int32Array.of(1));
    expect((await read(backdooredLoss(logits, labels, { loss: "crossEntropy", q: 0.7 })))[0]).toBeCloseTo(
      -Math.log(0.75),
      6,
    );
    const generalized = await read(backdooredLoss(logits, labels, { loss: "generalized", q: 0.7 }));
    expect(generalized[0]).toBeCloseTo((1 - 0.75 ** 0.7) / 0.7, 6);
  });
});

describe("adversarialMutualInformation", () => {
  const [n, h] = [5, 3];
  const critic = evaluateReference(initCritic(key(1), h, 4)).params;
  const r = evaluateReference(normal(key(2), [n, h]));
  const z = evaluateReference(normal(key(3), [n, h]));
  const roll = { shuffle: "roll", dropout: 0 } as const;

  it("is 0 when all z are equal, and for a batch of one", async () => {
    const same = tensor(Array.from({ length: n }, () => [0.5, -1, 2]));
    for (const shuffle of ["roll", "permutation"] as const) {
      for (const d of await read(adversarialMutualInformation(critic, r, same, key(4), { shuffle, dropout: 0 }))) {
        expect(Math.abs(d)).toBeLessThan(1e-12);
      }
      const one = normal(key(5), [1, h]);
      expect(await read(adversarialMutualInformation(critic, one, one, key(4), { shuffle, dropout: 0 }))).toEqual([0]);
    }
  });

  it("pairs r_i with z_{i+1 mod n} when rolled", async () => {
    const d = await read(adversarialMutualInformation(critic, r, z, key(4), roll));
    const [zs, rs] = [await read(z), await read(r)];
    const row = (xs: number[], i: number): number[] => xs.slice((i % n) * h, ((i % n) + 1) * h);
    const weights = await weightsOf(critic);
    for (let i = 0; i < n; i++) {
      const expected = score(weights, row(rs, i), row(zs, i)).value - score(weights, row(rs, i), row(zs, i + 1)).value;
      expect(d[i]).toBeCloseTo(expected, 10);
    }
  });

  it("has the gradient (∂D(r_i, z_i) − ∂D(r_{i−1}, z_i))/n in z_i", async () => {
    const f = (x: AnyTensor): AnyTensor => mean(adversarialMutualInformation(critic, r, x, key(4), roll));
    const g = await read(grad(f)(z));
    const [zs, rs] = [await read(z), await read(r)];
    const row = (xs: number[], i: number): number[] => xs.slice(((i + n) % n) * h, (((i + n) % n) + 1) * h);
    const weights = await weightsOf(critic);
    for (let i = 0; i < n; i++) {
      const own = score(weights, row(rs, i), row(zs, i)).byZ;
      const previous = score(weights, row(rs, i - 1), row(zs, i)).byZ;
      for (let k = 0; k < h; k++) expect(g[i * h + k]).toBeCloseTo((own[k]! - previous[k]!) / n, 10);
    }
  });

  it("pairs at random from the key when permuted, and drops units independently in the two terms", async () => {
    const permuted = { shuffle: "permutation", dropout: 0 } as const;
    const a = await read(adversarialMutualInformation(critic, r, z, key(4), permuted));
    expect(await read(adversarialMutualInformation(critic, r, z, key(4), permuted))).toEqual(a);
    expect(await read(adversarialMutualInformation(critic, r, z, key(6), permuted))).not.toEqual(a);
    const same = tensor(Array.from({ length: n }, () => [0.5, -1, 2]));
    const dropped = await read(adversarialMutualInformation(critic, r, same, key(4), { ...roll, dropout: 0.5 }));
    expect(dropped.some((d) => Math.abs(d) > 1e-3)).toBe(true);
  });

  it("uses a critic that is its formula", async () => {
    const d = await read(discriminate(critic, r, z, { dropout: 0, key: key(0) }));
    const [zs, rs] = [await read(z), await read(r)];
    const weights = await weightsOf(critic);
    d.forEach((value, i) => {
      const own = (xs: number[]): number[] => xs.slice(i * h, (i + 1) * h);
      expect(value).toBeCloseTo(score(weights, own(rs), own(zs)).value, 10);
    });
  });
});

interface Weights {
  hidden: number[]; // (2h, width)
  bias: number[];
  out: number[];
}

async function weightsOf({ hidden, out }: CriticParams): Promise<Weights> {
  return { hidden: await read(hidden.weight), bias: await read(hidden.bias), out: await read(out.weight) };
}

/** D(r, z) and its gradient in z, written out. */
function score({ hidden, bias, out }: Weights, r: number[], z: number[]): { value: number; byZ: number[] } {
  const pair = [...r, ...z];
  const width = bias.length;
  const byZ = new Array<number>(z.length).fill(0);
  let value = 0;
  for (let j = 0; j < width; j++) {
    const a = pair.reduce((total, x, i) => total + x * hidden[i * width + j]!, bias[j]!);
    const slope = a > 0 ? 1 : Math.fround(0.01); // literals of a program are f32
    value += slope * a * out[j]!;
    for (let k = 0; k < z.length; k++) byZ[k]! += slope * out[j]! * hidden[(r.length + k) * width + j]!;
  }
  return { value, byZ };
}
