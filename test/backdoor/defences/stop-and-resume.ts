import { expect } from "vitest";
import { cleanSubset } from "../../../src/backdoor/clean-subset.ts";
import type { Defence } from "../../../src/backdoor/defence.ts";
import type { LabState } from "../../../src/backdoor/lab-state.ts";
import type { Trained } from "../../../src/backdoor/train.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { builtinDataset } from "../../../src/data/builtin.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";
import { throughMemory } from "../through-memory.ts";

const dataset = builtinDataset({ count: 12, size: 12, seed: 3, classes: 3 });
const classifier = smallConvNet({ channels: 3, classes: 3, width: 1 });

/**
 * Runs a defence whole, and again stopped before some of its steps: before all that `every` divides, each run alone. Every resumed run must
 * end like the whole one, bit for bit.
 */
export async function expectSameWhenStopped(defence: Defence<never>, options: object, every = 1): Promise<void> {
  let step = 0;
  const train = async (resume?: LabState, stopAt = Number.POSITIVE_INFINITY): Promise<Trained<unknown, unknown>> => {
    step = 0;
    return trainDefence(defence as unknown as Defence, {
      device: referenceDevice(),
      dataset,
      clean: defence.needs === "cleanSubset" ? cleanSubset(dataset, { share: 0.5 }) : undefined,
      classifier,
      options: { batch: 4, clean: { epochs: 1 }, ...options },
      shouldStop: () => step++ === stopAt,
      ...(resume === undefined ? {} : { resume }),
    });
  };
  const whole = await valuesOf(await train());
  const steps = step;
  for (let stopAt = 0; stopAt < steps; stopAt += every) {
    const first = await train(undefined, stopAt);
    expect([stopAt, first.stopped]).toEqual([stopAt, true]);
    expect(await valuesOf(await train(await throughMemory(first.state)))).toEqual(whole);
  }
}

async function valuesOf({
  network,
  suspicion,
  evidence,
  history,
}: Trained<unknown, unknown>): Promise<Record<string, unknown>> {
  return { weights: await Promise.all(flattenTree(network).map((leaf) => leaf.data())), suspicion, evidence, history };
}
