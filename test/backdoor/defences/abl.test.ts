import { describe, expect, it } from "vitest";
import { grad } from "../../../src/autodiff/grad.ts";
import { isolationLoss } from "../../../src/backdoor/defences/abl/isolation-loss.ts";
import { abl } from "../../../src/backdoor/defences/abl.ts";
import { auroc } from "../../../src/backdoor/metrics.ts";
import type { Trained } from "../../../src/backdoor/train.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import type { DenseParams } from "../../../src/nn/dense.ts";
import { crossEntropy } from "../../../src/nn/losses.ts";
import { mean } from "../../../src/tensor/ops/mean.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { channelMeans, colours } from "./channel-means.ts";

const count = 80;
const isEasy = (i: number): boolean => i % 10 === 4; // red, as its class is, and blue besides
/** Some of the other images have a wrong label, so that a loss of γ leaves room for the easy ones to fall. */
const clean = colours(count, isEasy);
const dataset = {
  ...clean,
  labels: clean.labels.map((label, i) => (i % 10 === 1 || i % 20 === 6 ? 1 - label : label)),
};

type Result = Trained<{ readonly fc: DenseParams }, object>;

async function run(options: object, seen: Record<string, number> = {}): Promise<Result> {
  return trainDefence(abl, {
    device: referenceDevice(),
    dataset,
    classifier: channelMeans,
    options: { batch: count, clean: { epochs: 1 }, ...options },
    onProgress: ({ phase, images }) => {
      seen[phase] = images;
    },
  });
}

const isolation = { epochs: 150, lr: 0.1, gamma: 0.5 };
const lossesOf = ({ evidence }: Result): number[] => Array.from(evidence!["loss"]!);
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
const easy = (values: readonly number[]): number => average(values.filter((_, i) => isEasy(i)));

describe("abl", () => {
  it.each(["lga", "flooding"] as const)("%s holds the mean at γ while easy images fall below it", async (loss) => {
    const trained = await run({ isolation: { ...isolation, loss } });
    const losses = lossesOf(trained);
    expect(Math.abs(average(losses) - 0.5)).toBeLessThan(0.1);
    expect(easy(losses)).toBeLessThan(0.35);
    expect(auroc(trained.suspicion!, isEasy)).toBe(1);
  });

  it("falls on without the method's term, and holds the easy images too where each sample is held", async () => {
    const plain = lossesOf(await run({ isolation: { ...isolation, loss: "crossEntropy" } }));
    expect(average(plain)).toBeLessThan(0.42); // 12 of 72 labels are wrong: not below 0.405
    expect(easy(plain)).toBeLessThan(0.1);
    const each = lossesOf(await run({ isolation: { ...isolation, of: "sample" } }));
    expect(easy(each)).toBeGreaterThan(0.4);
  });

  it("tunes on all but the isolated images, and unlearns these: their loss rises", async () => {
    const seen: Record<string, number> = {};
    const short = { ...isolation, epochs: 20 };
    const trained = await run({ isolation: short, share: 0.1, unlearning: { epochs: 20, lr: 0.1 } }, seen);
    expect([seen["tuning"]! - seen["isolation"]!, seen["clean"]! - seen["tuning"]!]).toEqual([72, 20 * 8]);
    const lossIn = async (name: string): Promise<number> => easy(await losses(trained.networks[name]!));
    expect(await lossIn("clean")).toBeGreaterThan((await lossIn("tuning")) + 0.5);
    const kept = await run({ isolation: short, share: 0.1, unlearning: { epochs: 0 } });
    expect(await values(kept.network)).toEqual(await values(kept.networks["tuning"]!));
  });

  it("isolates at least one image, and as many epochs as are left out are a fifth", async () => {
    const seen: Record<string, number> = {};
    await run({ clean: { epochs: 6 }, share: 0, unlearning: { epochs: 1 } }, seen);
    expect(seen).toEqual({ isolation: 2 * 80, tuning: 2 * 80 + 6 * 79, clean: 2 * 80 + 6 * 79 + 1 });
  });
});

async function losses({ params }: Result["network"]): Promise<number[]> {
  const images = tensor(
    Float32Array.from(dataset.images, (byte) => byte / 255),
    { shape: [count, 4, 4, 3] },
  );
  const read = await Promise.all(
    [params.fc.weight, params.fc.bias!].map(async (leaf) => tensor(await leaf.data(), { shape: leaf.shape })),
  );
  const fc = { weight: read[0]!, bias: read[1]! };
  const { logits } = channelMeans.apply({ fc }, {}, images, { train: false });
  return Array.from(await evaluateReference(crossEntropy(logits, tensor(dataset.labels))).data());
}

const values = async ({ params }: Result["network"]): Promise<unknown> => [
  await params.fc.weight.data(),
  await params.fc.bias!.data(),
];

describe("the isolation loss", () => {
  const labels = tensor(Int32Array.of(0, 0));
  const logits = tensor([
    [6, 0],
    [0, 1],
  ]); // losses 0.0025 and 1.313: mean 0.658

  const gradient = async (of: "batch" | "sample", gamma: number): Promise<number[]> => {
    const loss = isolationLoss({ loss: "lga", gamma, of });
    return Array.from(await evaluateReference(grad((x: AnyTensor) => mean(loss(x, labels)))(logits)).data());
  };

  it("turns the gradient of the whole batch below γ, or of the samples that are below", async () => {
    const plain = await gradient("batch", 0.5);
    expect(await gradient("batch", 0.7)).toEqual(plain.map((value) => -value));
    const each = await gradient("sample", 0.5);
    expect(each.slice(0, 2)).toEqual(plain.slice(0, 2).map((value) => -value));
    expect(each.slice(2)).toEqual(plain.slice(2));
  });
});
