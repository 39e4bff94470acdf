import { describe, expect, it, test } from "vitest";
import { clp } from "../../../src/backdoor/defences/clp.ts";
import { ep } from "../../../src/backdoor/defences/ep.ts";
import { batchNormsOf } from "../../../src/backdoor/defences/pruning/batch-norms-of.ts";
import { channelEntropy, lowEntropy } from "../../../src/backdoor/defences/pruning/entropy.ts";
import { highLipschitz } from "../../../src/backdoor/defences/pruning/lipschitz.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { randomStream } from "../../../src/data/random-stream.ts";
import type { AnyClassifier } from "../../../src/nn/models/model-family.ts";
import type { SmallConvNetParams, SmallConvNetStats } from "../../../src/nn/models/small-conv-net.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { templateNet } from "../../../src/nn/models/template-net.ts";
import { wideResNet } from "../../../src/nn/models/wide-resnet.ts";
import type { Network } from "../../../src/nn/network.ts";
import { key } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

const [width, size, count] = [16, 8, 200];
const { uniform } = randomStream([7, 7], 0);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform(0, 1))) * Math.cos(2 * Math.PI * uniform(0, 1));

/** Noise in red and green. Every twentieth image, if poisoned, has a blue square: nothing else is blue. */
function noisy(poisoned: boolean): Dataset {
  const images = new Uint8Array(count * size * size * 3);
  for (let i = 0; i < images.length; i++) if (i % 3 < 2) images[i] = uniform(0, 256);
  for (let image = 0; poisoned && image < count; image += 20) {
    for (let at = 0; at < 9; at++) {
      const [y, x] = [2 + Math.floor(at / 3), 2 + (at % 3)];
      images[((image * size + y) * size + x) * 3 + 2] = 255;
    }
  }
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  return { images, labels, count, height: size, width: size, channels: 3, classes: 2 };
}

const classifier = smallConvNet({ channels: 3, classes: 2, width });

/** A fresh network whose channel 5 of the first layer alone reads blue, where the third of its taps are `taps`. */
async function planted(blue: number, scale = 1): Promise<Network<SmallConvNetParams, SmallConvNetStats>> {
  const network = evaluateReference(classifier.init(key(0)));
  const weights = network.params.layers.map(({ conv }) => conv.weight);
  const [first, second] = [
    Float32Array.from(await weights[0]!.data()), // (3, 3, 3, width)
    Float32Array.from(await weights[1]!.data()), // (3, 3, width, 2·width)
  ];
  for (let tap = 0; tap < 9; tap++) {
    for (let channel = 0; channel < width; channel++) {
      first[(tap * 3 + 2) * width + channel] = channel === 5 ? blue : 0;
      for (let color = 0; color < 3; color++) if (channel === 5) first[(tap * 3 + color) * width + channel]! *= scale;
    }
    for (let to = 0; to < 2 * width; to++) second[(tap * width + 5) * 2 * width + to] = 0; // the next layer does not read it
  }
  const put = (data: Float32Array, i: number) => ({ weight: tensor(data, { shape: weights[i]!.shape }) });
  const layers = network.params.layers.map((layer, i) =>
    i === 2 ? layer : { ...layer, conv: put(i === 0 ? first : second, i) },
  );
  return { params: { ...network.params, layers }, stats: network.stats };
}

/** The silent channels of each layer after a defence that starts from a network and trains it for no step. */
async function silent(
  defence: typeof ep | typeof clp,
  start: Network<SmallConvNetParams, SmallConvNetStats>,
  given: { readonly dataset: Dataset; readonly u?: number },
): Promise<number[][]> {
  const { network } = await trainDefence<SmallConvNetParams, SmallConvNetStats, { u: number }>(defence as typeof clp, {
    device: referenceDevice(),
    dataset: given.dataset,
    classifier,
    initial: { clean: start },
    options: { clean: { epochs: 0 }, u: given.u ?? 3 },
  });
  return Promise.all(
    network.params.layers.map(async ({ bn }) => {
      const [gamma, beta] = [await bn.gamma.data(), await bn.beta.data()];
      expect([...gamma].every((value, channel) => value !== 0 || beta[channel] === 0)).toBe(true);
      return [...gamma.keys()].filter((channel) => gamma[channel] === 0);
    }),
  );
}

describe("ep", () => {
  it("prunes the channel that answers to a trigger, and no other", async () => {
    expect(await silent(ep, await planted(4), { dataset: noisy(true) })).toEqual([[5], [], []]);
  });

  it("leaves that layer alone where no image has the trigger, and prunes less the larger u is", async () => {
    expect((await silent(ep, await planted(4), { dataset: noisy(false) }))[0]).toEqual([]);
    expect(await silent(ep, await planted(4), { dataset: noisy(true), u: 4 })).toEqual([[], [], []]); // (16 − 1)/√16 < 4
  });

  it("finds a low entropy in values of two groups, none among normal ones", () => {
    const channels = 16;
    const values = Float64Array.from({ length: 256 * channels }, () => normal());
    expect(lowEntropy(channelEntropy(values, channels), 3)).toEqual([]);
    for (let image = 0; image < 256; image += 32) values[image * channels + 3] = 30 + normal();
    expect(lowEntropy(channelEntropy(values, channels), 3)).toEqual([3]);
  });

  it("passes over channels that are equal for all images", () => {
    const entropies = channelEntropy([1, 5, 2, 5, 3, 5], 2);
    expect([...entropies]).toEqual([Math.log(3), Number.NaN]);
    expect(lowEntropy(entropies, 0)).toEqual([]);
  });
});

describe("clp", () => {
  it("prunes the channel with a large kernel, and no other", async () => {
    const dataset = noisy(false);
    expect(await silent(clp, await planted(0, 20), { dataset })).toEqual([[5], [], []]);
    expect((await silent(clp, await planted(0, 1), { dataset }))[0]).toEqual([]);
  });

  it("judges each layer by its own mean and standard deviation", () => {
    expect(highLipschitz(Float64Array.of(1, 1, 1, 1, 9), 1)).toEqual([4]);
    expect(highLipschitz(Float64Array.of(1, 1, 1, 1, 9), 2)).toEqual([]); // (5 − 1)/√5 < 2
  });
});

describe("the batch norms of a model", () => {
  const image = { train: noisy(false) };

  test("a small net pairs each with its convolution", () => {
    const network = classifier.init(key(0));
    const uses = batchNormsOf({ classifier, ...image }, network, "test");
    expect(uses.map(({ conv }) => network.params.layers.findIndex((layer) => layer.conv === conv))).toEqual([0, 1, 2]);
    expect(uses.map(({ params }) => network.params.layers.findIndex(({ bn }) => bn === params))).toEqual([0, 1, 2]);
    expect(uses.map(({ input }) => input.shape)).toEqual([
      [1, 8, 8, 16],
      [1, 4, 4, 32],
      [1, 2, 2, 64],
    ]);
  });

  test("a wide residual network pairs those that read a convolution, not those that read a sum", () => {
    const wide = wideResNet({ depth: 16, width: 1, classes: 2 });
    const { params, stats } = wide.init(key(0));
    const uses = batchNormsOf({ classifier: wide, ...image }, { params, stats }, "test");
    const blocks = [...params.block1, ...params.block2, ...params.block3];
    const wanted = blocks.flatMap((block, i) => [i === 0 ? params.conv1 : undefined, block.conv1]);
    expect(uses.map(({ conv }) => conv)).toEqual([...wanted, undefined]);
    expect(uses.map(({ params: own }) => own)).toEqual([...blocks.flatMap(({ bn1, bn2 }) => [bn1, bn2]), params.bn1]);
    const statistics = [...stats.block1, ...stats.block2, ...stats.block3].flatMap(({ bn1, bn2 }) => [bn1, bn2]);
    expect(uses.map((use) => use.stats)).toEqual([...statistics, stats.bn1]);
  });

  test.each([ep, clp])("$name refuses a model without, before it trains", async (defence) => {
    let steps = 0;
    const refused = trainDefence(defence as typeof clp, {
      device: referenceDevice(),
      dataset: noisy(false),
      classifier: templateNet({ height: size, width: size, channels: 3, classes: 2 }) as unknown as AnyClassifier,
      options: { clean: { epochs: 1 } },
      onProgress: () => void steps++,
    });
    await expect(refused).rejects.toThrow(
      `${defence.name}: it prunes channels of batch norms, and the model names none\n  take a model with batch norm`,
    );
    expect(steps).toBe(0);
  });
});
