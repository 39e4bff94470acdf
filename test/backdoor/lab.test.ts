import { describe, expect, it } from "vitest";
import type { Defence } from "../../src/backdoor/defence.ts";
import { none } from "../../src/backdoor/defences/none.ts";
import type { Lab, Step } from "../../src/backdoor/lab.ts";
import type { LabState } from "../../src/backdoor/lab-state.ts";
import type { Trained } from "../../src/backdoor/train.ts";
import { trainDefence } from "../../src/backdoor/train.ts";
import { trainSupervised } from "../../src/backdoor/train-supervised.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { smallConvNet } from "../../src/nn/models/small-conv-net.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { cast } from "../../src/tensor/ops/cast.ts";
import { full, zeros } from "../../src/tensor/ops/creation.ts";
import { add, mul } from "../../src/tensor/ops/elementwise.ts";
import { scatterAdd } from "../../src/tensor/ops/gather.ts";
import { key } from "../../src/tensor/random.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { flattenTree } from "../../src/tensor/tree.ts";
import { twice } from "../structure/additions/twice.ts";
import { throughMemory } from "./through-memory.ts";

const dataset = builtinDataset({ count: 12, size: 12, seed: 3, classes: 3 });
const classifier = smallConvNet({ channels: 3, classes: 3, width: 1 });
const base = { dataset, classifier, options: { batch: 4, clean: { epochs: 2 }, steps: 4, share: 0.6 } };

type Result = Pick<Trained<unknown, unknown>, "state" | "network" | "suspicion" | "history" | "stopped" | "cost">;

/** Trains, and stops before step `stopAt` of this part of the run. */
async function train(resume?: LabState, stopAt = Number.POSITIVE_INFINITY): Promise<Result> {
  let step = 0;
  return trainDefence(twice, {
    ...base,
    device: referenceDevice(),
    shouldStop: () => step++ === stopAt,
    ...(resume === undefined ? {} : { resume }),
  });
}

/** All but what a clock decides. */
async function valuesOf({ network, suspicion, history, cost: { seconds: _, ...cost } }: Result): Promise<unknown> {
  return { weights: await Promise.all(flattenTree(network).map((leaf) => leaf.data())), suspicion, history, cost };
}

describe("a script of two phases that looks in between", () => {
  it("ends bit for bit the same, wherever it was stopped, and however often", { timeout: 120_000 }, async () => {
    const whole = await valuesOf(await train());
    const steps = 4 + 2 * 2; // of 12 images, then of 8
    for (let stopAt = 0; stopAt < steps; stopAt++) {
      const first = await train(undefined, stopAt);
      expect([stopAt, first.stopped]).toEqual([stopAt, true]);
      expect(await valuesOf(await train(await throughMemory(first.state)))).toEqual(whole);
    }
    let state: LabState | undefined;
    for (;;) {
      const part = await train(state, 1);
      if (!part.stopped) {
        expect(await valuesOf(part)).toEqual(whole);
        break;
      }
      state = await throughMemory(part.state);
    }
  });

  it("keeps what the looks saw, one for each, and what it started a phase from", async () => {
    const { state } = await train();
    expect(Object.keys(state.finished)).toEqual(["all", "clean"]);
    expect(state.finished["all"]!.seen.map(({ shape }) => shape)).toEqual([[12], [12]]);
    for (const leaf of flattenTree(state)) await leaf.data(); // nothing was consumed
  });

  it("observes what a function says of each image, in the order that was asked for", async () => {
    const large = builtinDataset({ count: 130, size: 12, seed: 1, classes: 3 }); // more than a batch, and not a multiple
    const bytes = (i: number): number[] => Array.from(large.images.subarray(i * 432, (i + 1) * 432));
    const looking: Defence = {
      ...none,
      async train(lab) {
        const state = { scale: tensor(510) };
        const samples = Int32Array.of(129, 0, 7);
        const all = await lab.observe(state, ({ scale }, { images }) => ({ twice: mul(images, scale) }));
        const some = await lab.observe(
          state,
          (_, { images, labels }) => ({ sum: sum(images, { axis: [1, 2, 3] }), label: cast(labels, "f32") }),
          samples,
        );
        expect(all.twice.length).toBe(130 * 432);
        expect([...all.twice.subarray(129 * 432)].map(Math.round)).toEqual(bytes(129).map((byte) => 2 * byte));
        expect([...some.label]).toEqual([...samples].map((i) => large.labels[i]));
        expect([...some.sum].map((value) => Math.round(value * 255))).toEqual(
          [...samples].map((i) => bytes(i).reduce((a, b) => a + b)),
        );
        expect(await state.scale.item()).toBe(510); // not consumed
        return { network: lab.fresh("clean", key(0)) };
      },
    };
    const device = referenceDevice();
    await trainDefence(looking, { ...base, dataset: large, options: { batch: 4 }, device });
    expect(device.allocatedBytes()).toBe(0);
    expect.assertions(6);
  });

  it("trains and looks at clean images where it asks for them", async () => {
    const clean = builtinDataset({ count: 5, size: 12, seed: 9, classes: 3 });
    const seen: string[] = [];
    const tuning: Defence = {
      ...none,
      needs: "cleanSubset",
      async train(lab) {
        const { sum: sums } = await lab.observe(
          {},
          (_, { images }) => ({ sum: sum(images, { axis: [1, 2, 3] }) }),
          undefined,
          "clean",
        ); // prettier-ignore
        const bytes = Array.from({ length: 5 }, (_, i) => clean.images.subarray(i * 432, (i + 1) * 432));
        expect([...sums].map((value) => Math.round(value * 255))).toEqual(
          bytes.map((own) => own.reduce((a, b) => a + b, 0)),
        );
        const first = await trainSupervised(lab, { name: "first", images: "clean", epochs: 2 });
        return { network: await trainSupervised(lab, { name: "clean", start: first, epochs: 1 }) };
      },
    };
    const device = referenceDevice();
    const given = { ...base, options: { batch: 4 }, device };
    const onProgress = ({ phase, images }: { phase: string; images: number }): void =>
      void seen.push(`${phase} ${images}`);
    const { state } = await trainDefence(tuning, { ...given, clean, onProgress });
    device.free(state);
    expect(device.allocatedBytes()).toBe(0);
    expect(seen).toEqual(["first 4", "first 5", "first 9", "first 10", "clean 14", "clean 18", "clean 22"]);
    await expect(trainDefence({ ...tuning, needs: "nothing" }, given)).rejects.toThrow(
      "lab: there are no clean images",
    );
  });

  it("trains a phase on its samples only, in batches of them", async () => {
    const seen: string[] = [];
    await trainDefence(twice, {
      ...base,
      device: referenceDevice(),
      onProgress: ({ phase, epoch, step, steps, images }) =>
        void seen.push(`${phase} ${epoch} ${step}/${steps} ${images}`),
    });
    expect(seen).toEqual([
      ...["all 0 1/3 4", "all 0 2/3 8", "all 0 3/3 12", "all 1 1/1 16"],
      ...["clean 0 1/2 20", "clean 0 2/2 24", "clean 1 1/2 28", "clean 1 2/2 32"],
    ]);
  });

  const parts = [Int32Array.of(11, 0), Int32Array.of(3, 5, 7, 8, 10)];
  /** Counts how often each pass has seen each sample: pass 0 in ones, pass 1 in hundreds. */
  const counting = (samples: readonly Int32Array[], length: { epochs: number } | { steps: number }): Defence => ({
    ...none,
    async train(lab, own) {
      const count =
        (by: number): Step<{ counts: AnyTensor }> =>
        ({ counts }, { indices }) => {
          const once = scatterAdd(full([indices!.shape[0]!], by), indices!, { size: 12 });
          return { state: { counts: add(counts, once) }, metrics: { loss: sum(once) } };
        };
      const { state } = await lab.phase<{ counts: AnyTensor }>({
        name: "count",
        samples,
        length,
        augment: "none",
        rates: {},
        stream: 2,
        init: () => ({ counts: zeros([12]) }),
        passes: [count(1), count(100)],
      });
      return { ...(await none.train(lab, own)), suspicion: await state.counts.data() };
    },
  });

  it("gives each pass of a phase its own samples, also when it is stopped between them", async () => {
    const run = (resume?: LabState, stopAt = Number.POSITIVE_INFINITY): Promise<Result> => {
      let step = 0;
      return trainDefence(counting(parts, { epochs: 2 }), {
        dataset,
        classifier,
        options: { batch: 4, clean: { epochs: 0 } },
        device: referenceDevice(),
        shouldStop: () => step++ === stopAt,
        onProgress: ({ phase, ...at }) => void (phase === "count" && seen.push(`${at.epoch} ${at.step}/${at.steps}`)),
        resume,
      });
    };
    const seen: string[] = [];
    const whole = await run();
    expect(seen).toEqual(["0 1/3", "0 2/3", "0 3/3", "1 1/3", "1 2/3", "1 3/3"]);
    expect(Array.from(whole.suspicion!)).toEqual([2, 0, 0, 200, 0, 200, 0, 200, 200, 0, 200, 2]);
    expect(whole.history.map(({ means }) => means["loss"])).toEqual([250, 250]); // of the last pass
    for (let stopAt = 0; stopAt < 6; stopAt++) {
      const { state, stopped } = await run(undefined, stopAt);
      expect(stopped).toBe(true);
      expect(await run(await throughMemory(state))).toMatchObject({
        suspicion: whole.suspicion,
        history: whole.history,
      });
    }
  });

  it.each([
    [[Int32Array.of(1)], { epochs: 1 }, "phase count has samples for 1 of 2 passes"],
    [[Int32Array.of(1), Int32Array.of()], { epochs: 1 }, "phase count has no samples"],
    [parts, { steps: 3 }, "phase count has samples for each pass, and a length in steps"],
  ] as const)("refuses %j over %j", async (samples, length, message) => {
    const wrong = trainDefence(counting(samples, length), { ...base, options, device: referenceDevice() });
    await expect(wrong).rejects.toThrow(`lab.phase: ${message}`);
  });
});

const options = { batch: 4, clean: { epochs: 1 } };

describe("a script that is wrong", () => {
  const script = (act: <P extends object, S>(lab: Lab<P, S>) => Promise<void>): Defence => ({
    ...none,
    async train(lab, options) {
      await act(lab);
      return none.train(lab, options);
    },
  });
  const run = (defence: Defence): Promise<unknown> =>
    trainDefence(defence, { dataset, classifier, device: referenceDevice(), options });

  it("is told that two phases have one name", async () => {
    const twofold = script(async (lab) => void (await none.train(lab, {})));
    await expect(run(twofold)).rejects.toThrow("lab.phase: there are two phases clean\n  give each its own name");
  });

  it("passes its own errors on, and the data go back to the device", async () => {
    const device = referenceDevice();
    const failing = script(() => Promise.reject(new Error("of the script")));
    await expect(trainDefence(failing, { dataset, classifier, device, options })).rejects.toThrow("of the script");
    expect(device.allocatedBytes()).toBe(0);
  });
});

describe("trainDefence", () => {
  const given = { dataset, classifier, device: referenceDevice(), options };

  it("refuses options that do not exist or are out of range, and presets that it does not have", async () => {
    await expect(trainDefence(none, { ...given, options: { batch: 1e9 } })).rejects.toThrow(
      "batch: expects an integer, 1 … 65536 images, got 1000000000",
    );
    await expect(trainDefence(none, { ...given, options: { backdoor: {} } as object })).rejects.toThrow(
      "there is no option backdoor",
    );
    await expect(trainDefence(none, { ...given, preset: "paper" })).rejects.toThrow("none: there is no preset paper");
  });

  it("refuses clean images that are missing, of no use, or of another form", async () => {
    const needing: Defence = { ...none, needs: "cleanSubset" };
    await expect(trainDefence(needing, given)).rejects.toThrow("none: needs clean images\n  pass some as clean");
    await expect(trainDefence(none, { ...given, clean: dataset })).rejects.toThrow("none: has no use for clean images");
    const clean = builtinDataset({ count: 12, size: 16, classes: 3 });
    await expect(trainDefence(needing, { ...given, clean })).rejects.toThrow(
      "none: the clean images have 16×16 pixels, 3 channels and 3 classes\n  expects 12×12 pixels",
    );
  });

  it("refuses images that are not bytes and labels that are not i32", async () => {
    const images = Float32Array.from(dataset.images) as unknown as Uint8Array;
    await expect(trainDefence(none, { ...given, dataset: { ...dataset, images } })).rejects.toThrow(
      "dataset: images are Float32Array",
    );
    const labels = [...dataset.labels] as unknown as Int32Array;
    await expect(trainDefence(none, { ...given, dataset: { ...dataset, labels } })).rejects.toThrow(
      "dataset: labels are an array",
    );
  });
});
