import { describe, expect, it } from "vitest";
import { grad } from "../../../src/autodiff/grad.ts";
import { cleanSubset } from "../../../src/backdoor/clean-subset.ts";
import type { Defence } from "../../../src/backdoor/defence.ts";
import { attentionDistance, attentionMap } from "../../../src/backdoor/defences/nad/attention.ts";
import { nad } from "../../../src/backdoor/defences/nad.ts";
import type { Trained } from "../../../src/backdoor/train.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { trainSupervised } from "../../../src/backdoor/train-supervised.ts";
import { trainUndefended } from "../../../src/backdoor/undefended.ts";
import { builtinDataset } from "../../../src/data/builtin.ts";
import { randomStream } from "../../../src/data/random-stream.ts";
import { preActResNet } from "../../../src/nn/models/preact-resnet.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { templateNet } from "../../../src/nn/models/template-net.ts";
import { wideResNet } from "../../../src/nn/models/wide-resnet.ts";
import { zeros } from "../../../src/tensor/ops/creation.ts";
import { mul } from "../../../src/tensor/ops/elementwise.ts";
import { key } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";

const { uniform } = randomStream([6, 2], 0);
const shape = [3, 4, 5, 6] as const; // images, height, width, channels
const features = (): number[] => Array.from({ length: 3 * 4 * 5 * 6 }, () => uniform(-2, 2));
const f64 = { precision: "f64" } as const;

/** By plain loops. */
function mapOf(values: readonly number[], p: number): number[] {
  const map: number[] = [];
  for (let image = 0; image < 3; image++) {
    const own = Array.from({ length: 20 }, (_, at) => {
      let sum = 0;
      for (let channel = 0; channel < 6; channel++) sum += Math.abs(values[(image * 20 + at) * 6 + channel]!) ** p;
      return sum;
    });
    const norm = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    map.push(...own.map((value) => value / norm));
  }
  return map;
}

const put = (values: readonly number[]): AnyTensor => tensor([...values], { shape: [...shape] });

describe("an attention map", () => {
  it.each([1, 2, 3.5])("is the sum of |F|^%d over the channels, of norm 1 over the positions", async (p) => {
    const values = features().map(Math.fround);
    const found = evaluateReference(attentionMap(put(values), p), f64);
    expect(found.shape).toEqual([3, 20]);
    const wanted = mapOf(values, p);
    for (const [at, value] of (await found.data()).entries()) expect(value).toBeCloseTo(wanted[at]!, 6);
  });

  it("of a dead stage is 0, and has a gradient", async () => {
    const slope = grad((x: AnyTensor) => attentionDistance(x, put(features()), 2));
    const dead = zeros([...shape]);
    expect([...(await evaluateReference(attentionMap(dead, 2)).data())].every((value) => value === 0)).toBe(true);
    expect([...(await evaluateReference(slope(dead)).data())].every(Number.isFinite)).toBe(true);
  });
});

describe("the distance of attention", () => {
  it("is the mean squared difference of both maps, by plain loops", async () => {
    const [a, b] = [features().map(Math.fround), features().map(Math.fround)];
    const [first, second] = [mapOf(a, 2), mapOf(b, 2)];
    const wanted = first.reduce((sum, value, at) => sum + (value - second[at]!) ** 2, 0) / first.length;
    expect(await evaluateReference(attentionDistance(put(a), put(b), 2), f64).item()).toBeCloseTo(wanted, 7);
  });

  it("is 0 for the same places, however strong", async () => {
    const own = put(features());
    expect(await evaluateReference(attentionDistance(own, mul(own, 7), 2), f64).item()).toBeLessThan(1e-12);
  });
});

describe("the stages of a model", () => {
  const channels = 3;
  it.each([
    [
      "small",
      smallConvNet({ channels, classes: 2, width: 2 }),
      [
        [1, 8, 8, 2],
        [1, 4, 4, 4],
        [1, 2, 2, 8],
      ],
    ],
    [
      "wrn",
      wideResNet({ depth: 10, width: 1, classes: 2 }),
      [
        [1, 8, 8, 16],
        [1, 4, 4, 32],
        [1, 2, 2, 64],
      ],
    ],
    [
      "preact",
      preActResNet({ depth: 18, width: 2, classes: 2 }),
      [
        [1, 8, 8, 2],
        [1, 4, 4, 4],
        [1, 2, 2, 8],
        [1, 1, 1, 16],
      ],
    ],
  ] as const)("%s gives the outputs of its groups", (_, classifier, shapes) => {
    const { params, stats } = classifier.init(key(0));
    const { stages } = classifier.apply(params as never, stats as never, zeros([1, 8, 8, 3]), { train: false });
    expect(stages?.map((stage) => stage.shape)).toEqual(shapes);
  });
});

const dataset = builtinDataset({ count: 20, size: 12, seed: 3, classes: 2 });
const given = {
  dataset,
  clean: cleanSubset(dataset, { share: 0.5 }),
  device: referenceDevice(),
  classifier: smallConvNet({ channels: 3, classes: 2, width: 2 }),
};
const options = { batch: 10, clean: { epochs: 2 }, teacher: { epochs: 3 }, student: { epochs: 4 } };
const values = ({ network }: Pick<Trained<unknown, unknown>, "network">): Promise<unknown> =>
  Promise.all(flattenTree(network).map((leaf) => leaf.data()));
const attention = ({ history }: Pick<Trained<unknown, unknown>, "history">): number =>
  history.filter(({ phase }) => phase === "clean").at(-1)!.means["attention"]!;

describe("nad", () => {
  it("draws the student's attention to the teacher's, who stays as it is", async () => {
    const trained = await trainDefence(nad, { ...given, options: { ...options, beta: 20 } });
    const without = await trainDefence(nad, { ...given, options: { ...options, beta: 0 } });
    expect(attention(trained)).toBeLessThan(0.8 * attention(without));
    const teacher = (one: typeof trained): Promise<unknown> => values({ network: one.networks["teacher"]! });
    expect(await teacher(trained)).toEqual(await teacher(without));
  });

  it("is fine-tuning, bit for bit, without its term", async () => {
    const tuning: Defence = {
      ...nad,
      options: {},
      train: async (lab) => ({
        network: await trainSupervised(lab, {
          name: "clean",
          images: "clean",
          stream: 3,
          epochs: 4,
          rate: { kind: "multiStep", lr: 0.1, milestones: [2], factor: 0.1 },
          start: await trainUndefended(lab, "undefended"),
        }),
      }),
    };
    const plain = await trainDefence(tuning, { ...given, options: { batch: 10, clean: { epochs: 2 } } });
    expect(await values(await trainDefence(nad, { ...given, options: { ...options, beta: 0 } }))).toEqual(
      await values(plain),
    );
  });

  it("refuses a model without stages, before it trains", async () => {
    let steps = 0;
    const classifier = templateNet({ height: 12, width: 12, channels: 3, classes: 2 });
    const refused = trainDefence(nad, { ...given, classifier, options, onProgress: () => void steps++ });
    await expect(refused).rejects.toThrow("nad: it compares what two networks look at, and the model names no stages");
    expect(steps).toBe(0);
  });
});
