import { expect, test } from "vitest";
import type { Defence } from "../../src/backdoor/defence.ts";
import { none } from "../../src/backdoor/defences/none.ts";
import { forwardFlops } from "../../src/backdoor/forward-flops.ts";
import { trainDefence } from "../../src/backdoor/train.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { parseModel } from "../../src/nn/models/index.ts";
import type { Device } from "../../src/tensor/device.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { zeros } from "../../src/tensor/ops/creation.ts";
import { mul, sub } from "../../src/tensor/ops/elementwise.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { reshape } from "../../src/tensor/ops/reshape.ts";
import { key } from "../../src/tensor/random.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";

const [size, classes, epochs] = [12, 3, 2];
const pixels = size * size * 3;
const dataset = builtinDataset({ count: 20, size, classes });
const test20 = { dataset: builtinDataset({ count: 20, size, classes, part: "test" }) };
const classifier = parseModel("small-2").build(dataset);

const scores = (images: AnyTensor, w: AnyTensor): AnyTensor => matmul(reshape(images, [images.shape[0]!, pixels]), w);

/** Steps and a look of which every operation can be counted by hand. */
const linear = (device: Device): Defence => ({
  ...none,
  async train(lab) {
    const { state } = await lab.phase({
      ...{ name: "linear", length: { epochs }, batch: 8, augment: "none", rates: {}, stream: 1 },
      init: () => ({ w: zeros([pixels, classes]) }),
      passes: [
        ({ w }, { images }) => ({ state: { w: sub(w, mul(w, 0.5)) }, metrics: { loss: sum(scores(images, w)) } }),
      ],
      at: { steps: [3], see: async ({ w }) => sum(w) },
    });
    const samples = Int32Array.of(4, 5);
    await lab.observe(state, ({ w }, { images }) => ({ scores: scores(images, w) }), samples);
    return { network: await device.evaluate(lab.fresh("clean", key(0))) };
  },
});

test("what a defence runs is counted as by hand, evaluation on test images left out", async () => {
  const look = (n: number): number => n * pixels + 2 * n * pixels * classes; // bytes to [0, 1]; one product
  const step = (n: number): number => look(n) + n * classes + 2 * pixels * classes + 2; // loss, w, its sum, whether it is finite
  const flops = epochs * (step(8) + step(8) + step(4)) + pixels * classes + look(2);
  for (const test of [undefined, test20]) {
    const device = referenceDevice();
    const { cost } = await trainDefence(linear(device), { device, dataset, classifier, test });
    expect(cost).toMatchObject({ images: epochs * 20, flops });
    expect(cost.forwardEquivalents).toBe(flops / forwardFlops(classifier, dataset));
  }
});

test("plain training is about three forward passes per epoch", async () => {
  const wide = parseModel("small-8").build(dataset);
  const options = { batch: 10, clean: { epochs } };
  const { cost } = await trainDefence(none, { device: referenceDevice(), dataset, classifier: wide, options });
  expect(cost.forwardEquivalents / epochs).toBeGreaterThan(2.5);
  expect(cost.forwardEquivalents / epochs).toBeLessThan(3.5);
});
