import { describe, expect, it } from "vitest";
import { companions } from "../../src/mi/critics/companions.ts";
import type { Critic, MlpParams } from "../../src/mi/index.ts";
import {
  bilinear,
  cebLoss,
  concatenated,
  infoMaxLoss,
  normalConditional,
  separable,
  vibLoss,
} from "../../src/mi/index.ts";
import { topologicalOrder } from "../../src/tensor/graph.ts";
import { diagonal } from "../../src/tensor/ops/diagonal.ts";
import { mul } from "../../src/tensor/ops/elementwise.ts";
import { key, normal } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { item, read } from "./random-scores.ts";

const features = { x: 3, y: 2 };
const [n, m] = [5, 4];
const x = evaluateReference(normal(key(1), [n, features.x]));
const y = evaluateReference(normal(key(2), [n, features.y]));
const others = evaluateReference(normal(key(3), [m, features.y]));
const critics: Critic[] = [
  separable({ hidden: [6], embedding: 4 }),
  concatenated({ hidden: [7, 5] }),
  bilinear(),
  normalConditional({ hidden: [6] }),
] as unknown as Critic[];

const rows = async (z: AnyTensor): Promise<number[][]> => {
  const [count, d] = z.shape as [number, number];
  const values = await read(z);
  return Array.from({ length: count }, (_, i) => values.slice(i * d, (i + 1) * d));
};
async function mlp(layers: MlpParams, input: number[]): Promise<number[]> {
  let z = input;
  for (const [i, { weight, bias }] of layers.entries()) {
    const w = await rows(weight);
    const b = await read(bias!);
    const from = i === 0 ? z : z.map((value) => Math.max(0, value));
    z = b.map((value, k) => from.reduce((sum, v, j) => sum + v * w[j]![k]!, value));
  }
  return z;
}

describe.each(critics)("$name", (critic) => {
  const params = evaluateReference(critic.init(key(4), features));

  it("scores all pairs at (i, j), and the true ones alike", async () => {
    const scores = critic.scores(params, x, y);
    expect(scores.shape).toEqual([n, n]);
    expect(critic.scores(params, x, others).shape).toEqual([n, m]);
    const [pairs, line] = [await read(critic.pairs(params, x, y)), await read(diagonal(scores))];
    pairs.forEach((value, i) => expect(value).toBeCloseTo(line[i]!, 9));
    // a pair's score does not depend on the other pairs
    const one = await read(critic.scores(params, tensor([(await rows(x))[2]!]), tensor([(await rows(y))[1]!])));
    expect(one[0]).toBeCloseTo((await rows(scores))[2]![1]!, 5);
  });
});

describe("formulas", () => {
  it("concatenated is a network of cat(x, y), and makes no tensor of all pairs' features", async () => {
    const critic = concatenated({ hidden: [7, 5] });
    const params = evaluateReference(critic.init(key(4), features));
    const first = [...(await rows(params.ofX)), ...(await rows(params.ofY))];
    const layers = [{ weight: tensor(first), bias: params.bias }, ...params.rest];
    const scores = await rows(critic.scores(params, x, y));
    const [xs, ys] = [await rows(x), await rows(y)];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        expect((await mlp(layers, [...xs[i]!, ...ys[j]!]))[0]).toBeCloseTo(scores[i]![j]!, 5);
      }
    }
    const wide = concatenated({ hidden: [2] });
    const [big, size] = [{ x: 300, y: 300 }, 8];
    const program = wide.scores(wide.init(key(0), big), normal(key(1), [size, 300]), normal(key(2), [size, 300]));
    const largest = Math.max(
      ...topologicalOrder([program]).flatMap((node) =>
        node.outputs.map(({ shape }) =>
          shape[0] === size && shape[1] === size ? shape.reduce((a, b) => a * b, 1) : 0,
        ),
      ),
    );
    expect(largest).toBeLessThanOrEqual(size * size * 2);
  });

  it("normal is log N(y; μ(x), σ²(x))", async () => {
    const critic = normalConditional({ hidden: [6] });
    const params = evaluateReference(critic.init(key(4), features));
    const scores = await rows(critic.scores(params, x, y));
    const [xs, ys] = [await rows(x), await rows(y)];
    for (let i = 0; i < n; i++) {
      const heads = await mlp(params, xs[i]!);
      const logVariance = heads.slice(2).map((raw) => -6 + 9 / (1 + Math.exp(-raw)));
      for (let j = 0; j < n; j++) {
        const expected = ys[j]!.reduce(
          (sum, value, k) =>
            sum - ((value - heads[k]!) ** 2 / Math.exp(logVariance[k]!) + logVariance[k]! + Math.log(2 * Math.PI)) / 2,
          0,
        );
        expect(scores[i]![j]).toBeCloseTo(expected, 5);
      }
    }
  });

  it("companions give one number per pair", async () => {
    for (const companion of Object.values(companions)) {
      const params = companion.init(key(7), features);
      expect(companion.apply(params, x, y).shape).toEqual([n]);
    }
    const { marginal } = companions;
    const values = await read(marginal.apply(marginal.init(key(7), features), x, y));
    const variance = Math.exp(-1.5); // of a spread of 0, in the middle of −6 and 3
    const expected = (await rows(y)).map((row) =>
      row.reduce((sum, v) => sum - (v * v) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2, 0),
    );
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });
});

describe("losses", () => {
  const labels = tensor([0, 1], { dtype: "i32" });
  const logits = tensor([
    [2, 0],
    [1, 1],
  ]);
  const entropies = [Math.log1p(Math.exp(-2)), Math.LN2];
  it("vibLoss adds β times the divergence from a standard normal", async () => {
    const mean = tensor([
      [1, -1],
      [0, 0],
    ]);
    const logVariance = mul(mean, 0.5);
    const kl = [0.5 * (1 + Math.exp(0.5) - 0.5 - 1 + 1 + Math.exp(-0.5) + 0.5 - 1), 0];
    const found = await read(vibLoss(logits, labels, mean, logVariance, { beta: 0.5 }));
    found.forEach((value, i) => expect(value).toBeCloseTo(entropies[i]! + 0.5 * kl[i]!, 6));
  });
  it("cebLoss adds β times half the squared distance", async () => {
    const [forward, backward] = [
      tensor([
        [1, 2],
        [0, 0],
      ]),
      tensor([
        [0, 0],
        [0, 3],
      ]),
    ];
    const found = await read(cebLoss(logits, labels, forward, backward, { beta: 0.5 }));
    found.forEach((value, i) => expect(value).toBeCloseTo(entropies[i]! + 0.5 * [2.5, 4.5][i]!, 6));
  });
  it("infoMaxLoss is minus the bound", async () => {
    expect(
      await item(
        infoMaxLoss(
          tensor([
            [3, 0],
            [0, 3],
          ]),
        ),
      ),
    ).toBeCloseTo(-(3 - Math.log((Math.exp(3) + 1) / 2)), 6);
  });
});
