import { describe, expect, it } from "vitest";
import { cleanSubset } from "../../../src/backdoor/clean-subset.ts";
import { withNeurons } from "../../../src/backdoor/defences/anp/neurons.ts";
import { ascend, maskedOut, projectMask } from "../../../src/backdoor/defences/anp/perturbation.ts";
import { anp } from "../../../src/backdoor/defences/anp.ts";
import { batchNormsOf } from "../../../src/backdoor/defences/pruning/batch-norms-of.ts";
import type { Trained } from "../../../src/backdoor/train.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { builtinDataset } from "../../../src/data/builtin.ts";
import { randomStream } from "../../../src/data/random-stream.ts";
import type { SmallConvNetParams, SmallConvNetStats } from "../../../src/nn/models/small-conv-net.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { templateNet } from "../../../src/nn/models/template-net.ts";
import { key } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";

const { uniform } = randomStream([4, 4], 0);
const numbers = (count: number, size: number): number[] =>
  Array.from({ length: count }, () => Math.fround(uniform(-size, size)));
const f64 = { precision: "f64" } as const;

describe("a step of ascent", () => {
  it("goes along the sign of the gradient and stays within ε, by a plain loop", async () => {
    const [epsilon, rate] = [0.4, 0.25];
    const [delta, gradient] = [numbers(50, epsilon), numbers(50, 1e-6)];
    gradient[7] = 0;
    const next = await evaluateReference(ascend(tensor(delta), tensor(gradient), { rate, epsilon }), f64).data();
    for (const [i, value] of next.entries()) {
      const moved = delta[i]! + rate * Math.sign(gradient[i]!);
      expect(value).toBeCloseTo(Math.max(-epsilon, Math.min(epsilon, moved)), 6);
    }
    expect(Math.max(...next.map(Math.abs))).toBeLessThanOrEqual(Math.fround(epsilon)); // the released code goes to 2ε
  });
});

describe("a mask", () => {
  it("is put back into [0, 1], and prunes at most the threshold", async () => {
    const mask = numbers(40, 2);
    const found = await evaluateReference(projectMask(tensor(mask)), f64).data();
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(Math.max(0, Math.min(1, mask[i]!)), 12);
    expect(maskedOut([0, 0.19, 0.2, 0.21, 1], 0.2)).toEqual([0, 1, 2]);
    expect(maskedOut(Float32Array.of(0.2, 0.200001), 0.2)).toEqual([0]);
  });
});

const dataset = builtinDataset({ count: 20, size: 12, seed: 3, classes: 2 });
const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });

describe("the neurons of a network", () => {
  it("are scaled by (m + δ) in γ and (1 + ξ) in β, all else stays", async () => {
    const { params, stats } = evaluateReference(classifier.init(key(0)));
    const sizes = params.layers.map(({ bn }) => bn.gamma.shape[0]!);
    const layers = params.layers.map((layer, l) => ({
      ...layer,
      bn: { gamma: tensor(numbers(sizes[l]!, 2)), beta: tensor(numbers(sizes[l]!, 2)) },
    }));
    const own = { ...params, layers };
    const uses = batchNormsOf({ classifier, train: dataset }, { params: own, stats }, "test");
    const draw = (size: number): number[][] => sizes.map((count) => numbers(count, size));
    const [m, delta, xi] = [draw(1), draw(0.4), draw(0.4)];
    const put = (values: readonly number[][]) => values.map((one) => tensor(one));
    const changed = evaluateReference(withNeurons(own, uses, put(m), { delta: put(delta), xi: put(xi) }), f64);
    const masked = evaluateReference(withNeurons(own, uses, put(m)), f64);
    for (const [l, layer] of layers.entries()) {
      const [gamma, beta] = [await layer.bn.gamma.data(), await layer.bn.beta.data()];
      const [found, plain] = [changed.layers[l]!.bn, masked.layers[l]!.bn];
      for (let c = 0; c < sizes[l]!; c++) {
        expect((await found.gamma.data())[c]).toBeCloseTo((m[l]![c]! + delta[l]![c]!) * gamma[c]!, 6);
        expect((await found.beta.data())[c]).toBeCloseTo((1 + xi[l]![c]!) * beta[c]!, 6);
        expect((await plain.gamma.data())[c]).toBeCloseTo(m[l]![c]! * gamma[c]!, 6);
      }
      expect([...(await plain.beta.data())]).toEqual([...(await layer.bn.beta.data())]);
      expect([...(await changed.layers[l]!.conv.weight.data())]).toEqual([...(await layer.conv.weight.data())]);
    }
  });
});

const given = { dataset, clean: cleanSubset(dataset, { share: 0.5 }), device: referenceDevice(), classifier };
const options = { batch: 10, clean: { epochs: 4 }, mask: { steps: 20 } };
type Result = Trained<SmallConvNetParams, SmallConvNetStats>;
const values = async (tree: unknown): Promise<number[]> =>
  (await Promise.all(flattenTree(tree).map((leaf) => leaf.data()))).flatMap((own) => [...own]);
const masksOf = (state: Result["state"]): Promise<number[]> =>
  values((state.finished["mask"]!.training as { masks: unknown }).masks);

describe("anp", () => {
  it("turns neurons down, prunes the γ of those below the threshold, and leaves all else", async () => {
    const { network, networks, state } = await trainDefence(anp, { ...given, options: { ...options, threshold: 0.9 } });
    const masks = await masksOf(state);
    expect([Math.min(...masks) >= 0, Math.max(...masks) <= 1]).toEqual([true, true]);
    const before = networks["undefended"]!;
    let at = 0;
    let pruned = 0;
    for (const [l, { bn, conv }] of network.params.layers.entries()) {
      const was = before.params.layers[l]!;
      const wanted = [...(await was.bn.gamma.data())].map((gamma) => (masks[at++]! <= Math.fround(0.9) ? 0 : gamma));
      expect([...(await bn.gamma.data())]).toEqual(wanted);
      pruned += wanted.filter((gamma) => gamma === 0).length;
      expect(await bn.beta.data()).toEqual(await was.bn.beta.data());
      expect(await conv.weight.data()).toEqual(await was.conv.weight.data());
    }
    expect([pruned > 0, pruned < masks.length]).toEqual([true, true]);
    expect(await values(network.stats)).toEqual(await values(before.stats));
  });

  it("learns another mask without its term, by the same steps", async () => {
    const seen: Record<string, number> = {};
    const train = (epsilon: number): Promise<Result> =>
      trainDefence(anp, {
        ...given,
        options: { ...options, mask: { steps: 10 }, epsilon },
        onProgress: ({ phase }) => {
          seen[`${phase} ${epsilon}`] = (seen[`${phase} ${epsilon}`] ?? 0) + 1;
        },
      });
    expect(await masksOf((await train(0)).state)).not.toEqual(await masksOf((await train(0.4)).state));
    expect(seen).toEqual({ "undefended 0": 8, "mask 0": 10, "undefended 0.4": 8, "mask 0.4": 10 });
  });

  it("is the undefended network with no step of the mask", async () => {
    const { network, networks } = await trainDefence(anp, { ...given, options: { ...options, mask: { steps: 0 } } });
    expect(await values(network)).toEqual(await values(networks["undefended"]));
  });

  it("refuses a model without batch norm, before it trains", async () => {
    let steps = 0;
    const other = templateNet({ height: 12, width: 12, channels: 3, classes: 2 });
    const refused = trainDefence(anp, { ...given, classifier: other, options, onProgress: () => void steps++ });
    await expect(refused).rejects.toThrow("anp: it prunes channels of batch norms, and the model names none");
    expect(steps).toBe(0);
  });
});
