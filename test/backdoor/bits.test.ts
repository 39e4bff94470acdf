import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Defence } from "../../src/backdoor/defence.ts";
import { defences } from "../../src/backdoor/defences/index.ts";
import type { Trained, TrainOptions } from "../../src/backdoor/train.ts";
import { trainDefence } from "../../src/backdoor/train.ts";
import { trainingPresets } from "../../src/backdoor/training-options.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import type { SmallConvNetParams, SmallConvNetStats } from "../../src/nn/models/small-conv-net.ts";
import { smallConvNet } from "../../src/nn/models/small-conv-net.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { flattenTree, mapTree } from "../../src/tensor/tree.ts";

// A training is a function of its options, seed and device down to the last bit. These hashes say that it is still the same
// function: a change of structure must not touch them. An op of the reference that computes other last bits changes all of them:
// then take the new ones, in the same commit, and say which op it was.

type Options = TrainOptions<SmallConvNetParams, SmallConvNetStats>;
type Result = Trained<SmallConvNetParams, SmallConvNetStats>;

const classifier = smallConvNet({ channels: 3, classes: 4, width: 2 });
/** Two epochs, otherwise as the authors train. */
const clean = (preset: string | undefined): object => ({
  ...(preset === undefined ? trainingPresets["paper"]!.clean : {}),
  epochs: 2,
});

const base = (options: object, preset: string | undefined): Options => ({
  device: referenceDevice(),
  dataset: builtinDataset({ count: 22, size: 12, seed: 3, classes: 4 }),
  classifier,
  ...(preset === undefined ? {} : { preset }),
  options: { ...(preset === undefined ? trainingPresets["paper"] : {}), batch: 8, ...options, clean: clean(preset) },
  seed: 11,
});

async function hashOf(trained: Result): Promise<string> {
  const hash = createHash("sha256");
  for (const { phase, means } of trained.history) hash.update(phase).update(Float64Array.of(means["loss"]!));
  for (const leaf of flattenTree({ network: trained.network, backdoored: trained.networks["backdoor"] ?? null })) {
    const data = await leaf.data();
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex").slice(0, 32);
}

/** Stops after `steps`, takes the state through host memory, as a file would, and goes on. */
async function inTwoParts(defence: Defence, options: Options, steps: number): Promise<Result> {
  let asked = 0;
  const first = await trainDefence(defence, { ...options, shouldStop: () => asked++ === steps });
  expect(first.stopped).toBe(true);
  const data = await Promise.all(flattenTree(first.state).map((leaf) => leaf.data()));
  let next = 0;
  const state = mapTree(first.state, (leaf) => tensor(data[next++]!, { shape: leaf.shape, dtype: leaf.dtype }));
  return trainDefence(defence, { ...options, resume: state as NonNullable<Options["resume"]> });
}

describe("trained on the reference, bit for bit", () => {
  it.each([
    ["none", undefined, {}, "fac475c666a253e7bcf9f91d442b71bd"],
    ["cbd", "auto", { scan: { steps: 8 } }, "ca49039d375b61b6be02463c1e727ff5"],
    ["cbd", "paper", { backdoor: { epochs: 1 } }, "f2298fdcddf749a7234e33aa2b2e52e1"],
    [
      "cbd",
      "paper",
      { backdoor: { steps: 4, loss: "generalized" }, critic: { passes: "twoPass", steps: 2 } },
      "a5a2ebe63a3779a23610f64bcc351828",
    ],
    [
      "cbd",
      "paper",
      { backdoor: { epochs: 1, mode: "train" }, critic: { shuffle: "permutation", steps: 2 } },
      "d55759a5a89ab5f5847c978808e3d315",
    ],
    ["cbd", "official", { backdoor: { epochs: 1 } }, "bdc2588b9e9787d9f8900f8c322335c3"],
    [
      "cbd",
      "official+mi",
      { backdoor: { epochs: 1 }, weight: { floor: 0.1, cap: 2, exponent: 0.5 } },
      "d28890ceacd057a77492d4aad577c5af",
    ],
  ] as const)("%s, %s, %j", async (name, preset, options, wanted) => {
    const defence = defences.find((known) => known.name === name)!;
    const whole = await hashOf(await trainDefence(defence, base(options, preset)));
    expect(await hashOf(await inTwoParts(defence, base(options, preset), 5))).toBe(whole);
    expect(whole).toBe(wanted);
  });
});
