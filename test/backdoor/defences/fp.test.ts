import { describe, expect, it } from "vitest";
import type { Defence } from "../../../src/backdoor/defence.ts";
import { dormantChannels, meanActivation } from "../../../src/backdoor/defences/fp/dormant.ts";
import { fp } from "../../../src/backdoor/defences/fp.ts";
import type { Trained } from "../../../src/backdoor/train.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { trainSupervised } from "../../../src/backdoor/train-supervised.ts";
import { trainUndefended } from "../../../src/backdoor/undefended.ts";
import { randomStream } from "../../../src/data/random-stream.ts";
import type { DenseParams } from "../../../src/nn/dense.ts";
import { templateNet } from "../../../src/nn/models/template-net.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";
import { channelMeans, colours } from "./channel-means.ts";

const { uniform } = randomStream([5, 9], 0);
const random = (count: number): number[] => Array.from({ length: count }, () => uniform(-1, 1));

describe("the mean activation of a channel", () => {
  it("is the mean of absolute values, by a plain loop", () => {
    const [images, channels] = [7, 5];
    const features = random(images * channels);
    const means = meanActivation(features, channels);
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let image = 0; image < images; image++) sum += Math.abs(features[image * channels + channel]!);
      expect(means[channel]!).toBeCloseTo(sum / images, 14);
    }
  });
});

describe("the dormant channels", () => {
  const [images, channels, classes] = [40, 12, 3];
  const layer = {
    features: random(images * channels).map(Math.abs),
    weight: random(channels * classes),
    bias: random(classes),
    labels: [] as number[],
  };
  const called = (image: number, silent: readonly number[]): number => {
    const logits = layer.bias.slice();
    for (let channel = 0; channel < channels; channel++) {
      if (silent.includes(channel)) continue;
      for (let label = 0; label < classes; label++) {
        logits[label]! += layer.features[image * channels + channel]! * layer.weight[channel * classes + label]!;
      }
    }
    return logits.indexOf(Math.max(...logits));
  };
  layer.labels = Array.from({ length: images }, (_, image) => (image % 5 === 0 ? 2 : called(image, [])));
  const accuracy = (silent: readonly number[]): number =>
    layer.labels.filter((label, image) => called(image, silent) === label).length / images;
  const means = meanActivation(layer.features, channels);
  const order = [...means.keys()].sort((a, b) => means[a]! - means[b]!);

  it.each([1, 2, 5])("go %i at a time, whole steps, until the next would cost too much", (step) => {
    for (const drop of [0, 0.1, 0.3, 0.6]) {
      let wanted: number[] = [];
      for (let count = step; ; count += step) {
        const next = order.slice(0, count);
        if (accuracy(next) < (1 - drop) * accuracy([])) break;
        wanted = next;
        if (count >= channels) break;
      }
      expect(dormantChannels(layer, { step, drop, most: channels })).toEqual(wanted);
    }
  });

  it("are no more than asked for, and all where nothing is lost by it", () => {
    expect(dormantChannels(layer, { step: 2, drop: 1, most: 5 })).toEqual(order.slice(0, 5));
    expect(dormantChannels(layer, { step: 5, drop: 1, most: channels })).toEqual(order);
    expect(dormantChannels(layer, { step: 1, drop: 0.5, most: 0 })).toEqual([]);
  });
});

const dataset = colours(80, (i) => i % 10 === 1); // blue images of class 1 are called 0
const clean = colours(20, () => false); // blue is dormant
const given = { device: referenceDevice(), dataset, clean, classifier: channelMeans };
const options = { batch: 16, clean: { epochs: 4 }, tuning: { epochs: 6 } };

type Result = Trained<{ readonly fc: DenseParams }, object>;
const rows = async ({ network }: Pick<Result, "network">): Promise<number[][]> => {
  const weight = await network.params.fc.weight.data();
  return [0, 1, 2].map((channel) => [...weight.slice(channel * 2, channel * 2 + 2)]);
};

describe("fp", () => {
  it("silences the channel of the trigger, which stays silent while the others are tuned", async () => {
    const trained = await trainDefence(fp, { ...given, options: { ...options, prune: 0.34 } });
    const [red, green, blue] = await rows(trained);
    const before = await rows({ network: trained.networks["undefended"]! });
    expect(blue!.every((value) => value === 0)).toBe(true);
    expect(before[2]!.every((value) => value === 0)).toBe(false);
    expect([red, green]).not.toEqual(before.slice(0, 2));
  });

  it("keeps what the images cannot be told without", async () => {
    const trained = await trainDefence(fp, {
      ...given,
      options: { batch: 16, clean: { epochs: 20, lr: 1 }, prune: 1, drop: 0, tuning: { epochs: 0 } },
    });
    const silent = (await rows(trained)).map((row) => row.every((value) => value === 0));
    expect(silent[2]).toBe(true);
    expect(silent.filter(Boolean).length).toBeLessThan(3);
  });

  it("is fine-tuning, bit for bit, without its term", async () => {
    const tuning: Defence = {
      ...fp,
      options: {},
      train: async (lab) => ({
        network: await trainSupervised(lab, {
          name: "clean",
          images: "clean",
          stream: 2,
          epochs: 6,
          rate: { kind: "cosine", lr: 0.01, epochs: 6, floor: 0 },
          start: await trainUndefended(lab, "undefended"),
        }),
      }),
    };
    const plain = await trainDefence(tuning, { ...given, options: { batch: 16, clean: { epochs: 4 } } });
    const without = await trainDefence(fp, { ...given, options: { ...options, prune: 0 } });
    const values = ({ network }: Pick<Result, "network">): Promise<unknown> =>
      Promise.all(flattenTree(network).map((leaf) => leaf.data()));
    expect(await values(without)).toEqual(await values(plain));
  });

  it("refuses a model that does not name its last layer, before it trains", async () => {
    let steps = 0;
    const refused = trainDefence(fp, {
      ...given,
      classifier: templateNet({ height: 4, width: 4, channels: 3, classes: 2 }),
      options,
      onProgress: () => void steps++,
    });
    await expect(refused).rejects.toThrow(
      "fp: it prunes what the last layer reads, and the model does not name that layer",
    );
    expect(steps).toBe(0);
  });
});
