import { expect, test } from "vitest";
import type { Defence } from "../../src/backdoor/defence.ts";
import { none } from "../../src/backdoor/defences/none.ts";
import { DivergenceError } from "../../src/backdoor/divergence-error.ts";
import { predict } from "../../src/backdoor/predict.ts";
import { trainDefence } from "../../src/backdoor/train.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { smallConvNet } from "../../src/nn/models/small-conv-net.ts";
import { zeros } from "../../src/tensor/ops/creation.ts";
import { add, equal, mul } from "../../src/tensor/ops/elementwise.ts";
import { where } from "../../src/tensor/ops/select.ts";
import { key } from "../../src/tensor/random.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { mapTree } from "../../src/tensor/tree.ts";

const dataset = builtinDataset({ count: 300, size: 12 });
const classifier = smallConvNet({ channels: 3, classes: 10, width: 1 });

/** Trains nothing; the loss of one step, counted from 1, is `value`. */
const failing = (at: number, value: number): Defence => ({
  ...none,
  train: async (lab) => {
    const { state } = await lab.phase({
      name: "made up",
      length: { epochs: 2 },
      augment: "none",
      rates: {},
      stream: 1,
      init: () => ({ step: zeros([]) }),
      passes: [
        ({ step }) => {
          const next = add(step, 1);
          return { state: { step: next }, metrics: { loss: where(equal(next, at), value, 1) } };
        },
      ],
      network: () => lab.fresh("made up", key(0)),
    });
    return { network: lab.fresh("made up", state.step) };
  },
});

test.each([
  [1, Number.NaN, 64], // steps until it is seen
  [70, Number.POSITIVE_INFINITY, 128],
  [149, Number.NEGATIVE_INFINITY, 150],
])("a loss that is not finite at step %i ends the training, and its step is named", async (at, value, seen) => {
  let steps = 0;
  const training = trainDefence(failing(at, value), {
    device: referenceDevice(),
    dataset,
    classifier,
    options: { batch: 2 },
    onProgress: () => {
      steps++;
    },
  });
  await expect(training).rejects.toThrow(DivergenceError);
  await expect(training).rejects.toThrow(`step ${at} of ${seen} on, in epoch 1 of phase made up`);
  expect(steps).toBe(seen);
});

test("a stop after such a loss keeps no state of it", async () => {
  let steps = 0;
  const training = trainDefence(failing(3, Number.NaN), {
    device: referenceDevice(),
    dataset,
    classifier,
    options: { batch: 2 },
    shouldStop: () => ++steps === 6,
  });
  await expect(training).rejects.toThrow("step 3 of 5 on, in epoch 1");
});

test("a network whose sums overflow predicts nothing", async () => {
  const device = referenceDevice();
  const huge = await device.evaluate(mapTree(classifier.init(key(0)), (leaf) => mul(add(leaf, 1), 1e38)));
  await expect(predict(device, classifier, huge as never, dataset)).rejects.toThrow(
    /^predict: the network's output for image \d+ is not finite/,
  );
});
