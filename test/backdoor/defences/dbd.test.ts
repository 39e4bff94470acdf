import { describe, expect, it } from "vitest";
import { mixedUp, sharpened } from "../../../src/backdoor/defences/dbd/mix-match.ts";
import { ntXent } from "../../../src/backdoor/defences/dbd/nt-xent.ts";
import { learn } from "../../../src/backdoor/defences/dbd/semi-supervised.ts";
import { dbd } from "../../../src/backdoor/defences/dbd.ts";
import { auroc } from "../../../src/backdoor/metrics.ts";
import { predict } from "../../../src/backdoor/predict.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import type { TrainingOptions } from "../../../src/backdoor/training-options.ts";
import { resolveTraining, trainingOptionTable } from "../../../src/backdoor/training-options.ts";
import { randomStream } from "../../../src/data/random-stream.ts";
import { adam } from "../../../src/nn/adam.ts";
import type { SmallConvNetParams, SmallConvNetStats } from "../../../src/nn/models/small-conv-net.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { templateNet } from "../../../src/nn/models/template-net.ts";
import { defaultsOf } from "../../../src/options/table.ts";
import { eye } from "../../../src/tensor/ops/creation.ts";
import { reshape } from "../../../src/tensor/ops/reshape.ts";
import { key, uniform as uniformly } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";
import { blobs } from "./blobs.ts";
import { expectSameWhenStopped } from "./stop-and-resume.ts";

const { uniform } = randomStream([4, 4], 0);
const read = async (x: AnyTensor): Promise<number[]> =>
  Array.from(await evaluateReference(x, { precision: "f64" }).data());
const rows = (count: number, width: number): number[][] =>
  Array.from({ length: count }, () => Array.from({ length: width }, () => Math.fround(uniform(-1, 1))));

describe("NT-Xent", () => {
  it("tells the other view of an image from the views of all others, by cosines", async () => {
    const [n, temperature] = [4, 0.3];
    const [first, second] = [rows(n, 5), rows(n, 5)];
    const all = [...first, ...second];
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, j) => sum + value * b[j]!, 0);
    const near = (i: number, k: number): number =>
      Math.exp(dot(all[i]!, all[k]!) / Math.sqrt(dot(all[i]!, all[i]!) * dot(all[k]!, all[k]!)) / temperature);
    const found = await read(ntXent(tensor(first), tensor(second), temperature));
    for (let i = 0; i < 2 * n; i++) {
      const others = Array.from({ length: 2 * n }, (_, k) => (k === i ? 0 : near(i, k))).reduce((a, b) => a + b);
      expect(found[i]!).toBeCloseTo(-Math.log(near(i, (i + n) % (2 * n)) / others), 6);
    }
    expect(
      (await read(ntXent(tensor(rows(1, 5)), tensor(rows(1, 5)), 0.5))).every((loss) => Math.abs(loss) < 1e-9),
    ).toBe(true);
  });
});

describe("MixMatch", () => {
  it("sharpens to p^(1/T) over its sum; nothing at T = 1", async () => {
    const p = [0.5, 0.3, 0.2];
    const powers = p.map((value) => value ** 4);
    const found = await read(sharpened(tensor([p]), 0.25));
    powers.forEach((value, k) => expect(found[k]!).toBeCloseTo(value / powers.reduce((a, b) => a + b), 6));
    (await read(sharpened(tensor([p]), 1))).forEach((value, k) => expect(value).toBeCloseTo(p[k]!, 6));
  });

  it("mixes images and targets alike, each with one partner, and stays nearer to itself", async () => {
    const [n, shares] = [6, new Set<string>()];
    for (let seed = 0; seed < 5; seed++) {
      const mixed = mixedUp({ images: reshape(eye(n), [n, n, 1, 1]), targets: eye(n) }, key(seed), 0.75);
      const targets = await read(mixed.targets);
      expect(await read(mixed.images)).toEqual(targets);
      for (let i = 0; i < n; i++) {
        const row = targets.slice(i * n, (i + 1) * n);
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
        expect(row[i]!).toBeGreaterThanOrEqual(0.5);
        expect(row.filter((value) => value > 1e-9).length).toBeLessThanOrEqual(2);
      }
      for (let j = 0; j < n; j++) {
        expect(Array.from({ length: n }, (_, i) => targets[i * n + j]!).reduce((a, b) => a + b)).toBeCloseTo(1, 6); // a permutation
      }
      shares.add(Math.min(...Array.from({ length: n }, (_, i) => targets[i * n + i]!)).toFixed(4));
    }
    expect(shares.size).toBeGreaterThan(3);
  });
});

describe("dbd", () => {
  const isPoison = (i: number): boolean => i % 10 === 3;
  const dataset = blobs(40, isPoison);
  const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
  const given = { device: referenceDevice(), dataset, classifier };
  const options = {
    batch: 8,
    clean: { epochs: 4, lr: 0.1, augment: "none" },
    selfSupervised: { epochs: 4, batch: 10, lr: 0.1 },
    warmUp: { epochs: 10, lr: 0.1 },
    semi: { epochs: 4, lr: 0.005 },
  } as const;
  type Learned = { readonly params: SmallConvNetParams; readonly stats: SmallConvNetStats };
  const bits = (tree: object): Promise<unknown[]> => Promise.all(flattenTree(tree).map((leaf) => leaf.data()));

  it("doubts the labels of poison; its losses fall; no stage but its own changes a network", {
    timeout: 120_000,
  }, async () => {
    const trained = await trainDefence(dbd, { ...given, options });
    const means = (phase: string, name = "loss"): number[] =>
      trained.history.filter((epoch) => epoch.phase === phase).map((epoch) => epoch.means[name]!);
    for (const phase of ["self-supervised", "warm-up"]) expect(means(phase).at(-1)).toBeLessThan(means(phase)[0]!);
    const warm = trained.networks["warm-up"]!;
    const { losses } = await predict(given.device, classifier, warm, dataset);
    expect(auroc(losses, isPoison)).toBeGreaterThan(0.95);
    expect(auroc(trained.suspicion!, isPoison)).toBeGreaterThan(0.9);
    const alone = trained.state.finished["self-supervised"]!.training as Learned;
    expect(await bits([warm.params.layers, warm.stats])).toEqual(await bits([alone.params.layers, alone.stats]));
    expect(await bits(warm.params.fc)).not.toEqual(await bits(alone.params.fc));
    expect(await bits(trained.network.params.layers)).not.toEqual(await bits(warm.params.layers));
  });

  it("looks at no label in the first stage", async () => {
    const short = { ...options, selfSupervised: { epochs: 1, batch: 20 }, warmUp: { epochs: 0 }, semi: { epochs: 0 } };
    const learned = async (labels: Int32Array): Promise<unknown[]> => {
      const { state } = await trainDefence(dbd, { ...given, dataset: { ...dataset, labels }, options: short });
      return bits(state.finished["self-supervised"]!.training as object);
    };
    expect(await learned(dataset.labels.map((label) => 1 - label))).toEqual(await learned(dataset.labels));
  });

  it.each([
    [
      "selfSupervised",
      { epochs: 1, batch: 5, lr: 0.1 },
      [{ epochs: 2 }, { batch: 10 }, { lr: 0.2 }, { temperature: 0.1 }],
    ],
    ["warmUp", { epochs: 1, lr: 0.05 }, [{ epochs: 2 }, { lr: 0.5 }]],
    [
      "semi",
      { epochs: 2, lr: 0.01 },
      [{ epochs: 3 }, { labelled: 0.2 }, { lr: 0.02 }, { temperature: 1 }, { alpha: 5 }, { weight: 1 }],
    ],
  ] as const)("depends on each option of %s", async (group, base, sets) => {
    const none = { selfSupervised: { epochs: 0 }, warmUp: { epochs: 0 }, semi: { epochs: 0 } };
    const run = async (set: object): Promise<unknown[]> => {
      const own = { ...options, ...none, [group]: { ...base, ...set } };
      const { network } = await trainDefence(dbd, { ...given, dataset: blobs(10, isPoison), options: own });
      return bits(network.params);
    };
    const usual = await run({});
    for (const set of sets) expect(await run(set), JSON.stringify(set)).not.toEqual(usual);
  });

  it("has no image without a label where all are believed", async () => {
    const short = { ...options, selfSupervised: { epochs: 0 }, warmUp: { epochs: 0 } };
    const unlabelled = async (labelled: number): Promise<number> => {
      const { history } = await trainDefence(dbd, {
        ...given,
        dataset: blobs(10, isPoison),
        options: { ...short, semi: { epochs: 1, labelled } },
      });
      return history.at(-1)!.means["unlabelled"]!;
    };
    expect([await unlabelled(1), (await unlabelled(0.5)) > 0]).toEqual([0, true]);
  });

  it("looks at the labels of the lowest losses of a batch only", async () => {
    const training = resolveTraining(defaultsOf<TrainingOptions>(trainingOptionTable), dataset.count);
    const own = { epochs: 1, labelled: 0.5, lr: 0.01, temperature: 0.5, alpha: 0.75, weight: 15 };
    const step = learn({ classifier, train: dataset, training }, own, 10);
    const network = classifier.init(key(1));
    const losses = tensor([3, 0.5, 9, 1, 7, 2]);
    const lossWith = async (labels: number[]): Promise<number[]> => {
      const indices = tensor([0, 1, 2, 3, 4, 5], { dtype: "i32" });
      const images = uniformly(key(2), [6, 8, 8, 3]);
      const state = { ...network, optimizer: adam().init(network.params), losses };
      const batch = { images, labels: tensor(labels, { dtype: "i32" }), indices };
      return read(step(state, batch, { key: key(3), rates: { lr: 0.01 } }).metrics["loss"]!);
    };
    const usual = await lossWith([0, 0, 0, 0, 0, 0]);
    expect(await lossWith([1, 0, 1, 0, 1, 0])).toEqual(usual); // of 3, 9 and 7
    for (const lowest of [1, 3, 5]) {
      expect(await lossWith([0, 1, 2, 3, 4, 5].map((i) => (i === lowest ? 1 : 0)))).not.toEqual(usual);
    }
  });

  it("refuses a model that does not name its last layer, before it trains", async () => {
    let steps = 0;
    const refused = trainDefence(dbd, {
      ...given,
      classifier: templateNet({ height: 8, width: 8, channels: 3, classes: 2 }),
      options,
      onProgress: () => void steps++,
    });
    await expect(refused).rejects.toThrow(
      "dbd: it trains the last layer alone, and the model does not name that layer",
    );
    expect(steps).toBe(0);
  });

  it("ends bit for bit the same wherever it was stopped", async () => {
    await expectSameWhenStopped(dbd as never, { clean: { epochs: 2 }, selfSupervised: { batch: 6 } }, 7);
  });
});
