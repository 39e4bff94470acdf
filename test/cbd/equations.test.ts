import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { informationBottleneck } from "../../src/cbd/information-bottleneck.ts";
import { backdooredLoss, cleanLoss } from "../../src/cbd/losses.ts";
import { cbdOptions } from "../../src/cbd/options.ts";
import { sampleWeights } from "../../src/cbd/sample-weights.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const read = async (x: AnyTensor): Promise<number[]> => [...(await evaluateReference(x).data())];
const plain = { exponent: 1, norm: "none", cap: 0, floor: 0 } as const;
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
    for (const w of await read(sampleWeights(same, same, cbdOptions("official").weight))) expect(w).toBeCloseTo(1, 6);
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
    expect(await read(sampleWeights(zero, zero, cbdOptions("official").weight))).toEqual([0, 0]);
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
