import { describe, expect, it } from "vitest";
import type { CbdDefenceOptions } from "../../src/backdoor/defences/cbd/options.ts";
import type { LabState } from "../../src/backdoor/lab-state.ts";
import type { TrainOptions } from "../../src/backdoor/train.ts";
import { trainCbd, trainPlain } from "../../src/backdoor/train.ts";
import type { TrainingOptions } from "../../src/backdoor/training-options.ts";
import { trainingOptionTable, trainingPresets } from "../../src/backdoor/training-options.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import type { SmallConvNetParams, SmallConvNetStats } from "../../src/nn/models/small-conv-net.ts";
import { smallConvNet } from "../../src/nn/models/small-conv-net.ts";
import { defaultsOf, withChanges } from "../../src/options/table.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { flattenTree, leavesOf, mapTree } from "../../src/tensor/tree.ts";

type State = LabState;
type Options = TrainOptions<SmallConvNetParams, SmallConvNetStats, CbdDefenceOptions>;
type CbdOverrides = NonNullable<Options["options"]>;

const dataset = builtinDataset({ count: 22, size: 12, seed: 3, classes: 4 });
const test = { dataset: builtinDataset({ count: 9, size: 12, seed: 3, classes: 4, part: "test" }) };
const classifier = smallConvNet({ channels: 3, classes: 4, width: 2 });
const training = { batch: 8, clean: { epochs: 2 } };
const short: CbdOverrides = { ...training, backdoor: { epochs: 1 } };

const base = (options: CbdOverrides = short): Options => ({
  device: referenceDevice(),
  dataset,
  classifier,
  test,
  preset: "paper",
  options,
});

/** All but how long it took. */
async function values(tree: unknown): Promise<unknown[]> {
  const leaves = leavesOf(tree).filter(({ path }) => !path.endsWith("cost.seconds"));
  return Promise.all(
    leaves.map(({ value }) => (flattenTree(value).length === 0 ? value : flattenTree(value)[0]!.data())),
  );
}

/** What a file would hold: the tensors as bytes, the rest as it is. */
async function savedAndLoaded(state: State): Promise<State> {
  const data = await Promise.all(flattenTree(state).map((leaf) => leaf.data()));
  let next = 0;
  return mapTree(state, (leaf) => tensor(data[next++]!, { shape: leaf.shape, dtype: leaf.dtype })) as State;
}

describe.each(["fused", "twoPass"] as const)("trainCbd, critic %s", (passes) => {
  const options: CbdOverrides = { ...short, critic: { passes } };

  it("goes on bit for bit from any step", { timeout: 120_000 }, async () => {
    const whole = await trainCbd(base(options));
    expect(whole.history.map(({ phase, epoch }) => `${phase} ${epoch}`)).toEqual(["backdoor 1", "clean 1", "clean 2"]);
    const wanted = await values(whole.state);
    for (const stopAt of [2, 5, passes === "fused" ? 8 : 14]) {
      let steps = 0;
      const first = await trainCbd({ ...base(options), shouldStop: () => steps++ === stopAt });
      expect(first.stopped).toBe(true);
      const resume = await savedAndLoaded(first.state);
      const second = await trainCbd({ ...base(options), resume });
      expect(await values(second.state)).toEqual(wanted);
    }
  });

  it("leaves f_B as it was when its phase ended", async () => {
    let before: unknown[] | undefined;
    const onEpoch = async (_: unknown, state: State): Promise<void> => {
      before ??= await values(state.finished["backdoor"]!.training);
    };
    const { state } = await trainCbd({ ...base(options), onEpoch });
    expect(await values(state.finished["backdoor"]!.training)).toEqual(before);
  });
});

describe("trainCbd", () => {
  it("ends f_B's phase after a number of steps", async () => {
    const seen: string[] = [];
    await trainCbd({
      ...base({ ...short, backdoor: { steps: 4 }, clean: { epochs: 0 } }),
      onProgress: ({ phase, epoch, step, steps }) => void seen.push(`${phase} ${epoch} ${step}/${steps}`),
    });
    expect(seen).toEqual(["backdoor 0 1/3", "backdoor 0 2/3", "backdoor 0 3/3", "backdoor 1 1/1"]);
  });

  it("starts from given networks and leaves them to the caller", async () => {
    const device = referenceDevice();
    const { networks } = await trainCbd({ ...base(), device });
    const options = { ...short, backdoor: { epochs: 0 }, clean: { epochs: 0 } };
    const again = await trainCbd({ ...base(options), device, initial: networks });
    expect(await values(again.networks)).toEqual(await values(networks));
    const other = smallConvNet({ channels: 3, classes: 4, width: 3 });
    await expect(trainCbd({ ...base(), classifier: other, initial: networks })).rejects.toThrow("initial: tensor");
  });

  it("gives the loss while it trains, and counts images", async () => {
    const losses: number[] = [];
    let images = 0;
    const { history } = await trainPlain({
      ...base(),
      preset: undefined,
      options: training,
      onProgress: async (progress) => {
        losses.push(await progress.loss());
        images = progress.images;
      },
    });
    expect(images).toBe(44);
    expect(losses[2]).toBeCloseTo(history[0]!.means["loss"]!, 6);
    expect(history[1]!.evaluation!.ca.count).toBe(9);
  });

  it("gives back what it put on the device, but for its result", async () => {
    const device = referenceDevice();
    const { state } = await trainCbd({ ...base(), device });
    device.free(state);
    expect(device.allocatedBytes()).toBe(0);
  });

  it("refuses a batch larger than the data", async () => {
    await expect(trainCbd(base({ batch: 23 }))).rejects.toThrow("train: batches of 23 from 22 samples");
  });
});

describe("trainPlain", () => {
  it("is trainCbd's second phase with weights of one and no critic, from the same start and order", async () => {
    const options: CbdOverrides = { ...short, weight: { exponent: 0, norm: "none" }, beta: 0, lambda: 0 };
    const authors = withChanges(
      trainingOptionTable,
      defaultsOf<TrainingOptions>(trainingOptionTable),
      trainingPresets["paper"]!,
    );
    const plain = await trainPlain({
      ...base(),
      preset: undefined,
      options: { ...authors, ...training, clean: { ...authors.clean, ...training.clean } },
    });
    const cbd = await trainCbd(base(options));
    expect(Object.keys(plain.networks)).toEqual(["clean"]);
    const [a, b] = [await values(plain.network.params), await values(cbd.network.params)];
    for (const [i, x] of (a as Float32Array[]).entries()) {
      x.forEach((value, j) => expect(Math.abs(value - (b as Float32Array[])[i]![j]!)).toBeLessThan(1e-4));
    }
  });
});
