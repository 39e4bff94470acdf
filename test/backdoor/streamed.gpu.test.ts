import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { badnets } from "../../src/backdoor/attacks/badnets.ts";
import type { Defence } from "../../src/backdoor/defence.ts";
import { cbd } from "../../src/backdoor/defences/cbd.ts";
import { none } from "../../src/backdoor/defences/none.ts";
import { putDataset } from "../../src/backdoor/device-data.ts";
import { triggered } from "../../src/backdoor/poison.ts";
import { createPredictor } from "../../src/backdoor/predict.ts";
import { trainDefence } from "../../src/backdoor/train.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { randomStream } from "../../src/data/random-stream.ts";
import type { AnyClassifier } from "../../src/nn/models/model-family.ts";
import { smallConvNet } from "../../src/nn/models/small-conv-net.ts";
import type { Device } from "../../src/tensor/device.ts";
import { key } from "../../src/tensor/random.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { flattenTree } from "../../src/tensor/tree.ts";
import { linearFamily } from "../structure/additions/linear.ts";
import { onEveryDevice } from "../support/every-device.ts";

/** Random bytes as images. */
function noise(count: number, [height, width, channels]: readonly [number, number, number], seed: number): Dataset {
  const random = randomStream([seed, 1], count);
  const images = Uint8Array.from({ length: count * height * width * channels }, () => random.bits() & 255);
  const labels = Int32Array.from({ length: count }, (_, i) => (i * 7 + seed) % 3);
  return { images, labels, count, height, width, channels, classes: 3 };
}

/** A training with its evaluations, with and without the trigger: all that came of it. */
async function train(
  device: Device,
  defence: Defence,
  classifier: AnyClassifier,
  given: { readonly dataset: Dataset; readonly batch: number; readonly residentBytes?: number },
): Promise<unknown> {
  const { dataset, batch, residentBytes } = given;
  const trained = await trainDefence(defence, {
    device,
    dataset,
    classifier,
    options: {
      batch,
      clean: { epochs: 2, augment: "crop+flip+cutout" },
      ...(defence.name === cbd.name ? { scan: { steps: 8 } } : {}),
    },
    test: await triggered(badnets, noise(5, [dataset.height, dataset.width, dataset.channels], 2)),
    residentBytes,
    seed: batch,
  });
  const weights = await Promise.all(flattenTree(trained.networks).map((leaf) => leaf.data()));
  return { weights, history: trained.history, evaluation: trained.evaluation, suspicion: trained.suspicion };
}

const linear = (channels: number): AnyClassifier =>
  linearFamily.parse("linear")!.build({ height: 13, width: 11, channels, classes: 3 });

describe("images that do not fit on the device", () => {
  it("train the same bits with CBD, whatever the sizes", { timeout: 60_000 }, async () => {
    const sizes = fc.constantFrom([12, 12, 3] as const, [13, 11, 1] as const, [9, 14, 3] as const);
    const counts = fc.integer({ min: 5, max: 13 });
    await fc.assert(
      fc.asyncProperty(sizes, counts, fc.integer({ min: 2, max: 5 }), async (size, count, batch) => {
        const classifier = smallConvNet({ channels: size[2], classes: 3, width: 1 }) as AnyClassifier;
        const given = { dataset: noise(count, size, 1), batch };
        const resident = await train(referenceDevice(), cbd as Defence, classifier, given);
        const streamed = { ...given, residentBytes: 0 };
        expect(await train(referenceDevice(), cbd as Defence, classifier, streamed)).toEqual(resident);
      }),
      { numRuns: 2 },
    );
  });
});

onEveryDevice("images that do not fit on the device", (open) => {
  it("train the same bits, batch by batch", { timeout: 60_000 }, async () => {
    const device = await open();
    const given = { dataset: noise(7, [13, 11, 1], 1), batch: 3 }; // 429 bytes a batch, the last has 143
    const resident = await train(device, none, linear(1), given);
    expect(await train(device, none, linear(1), { ...given, residentBytes: 0 })).toEqual(resident);
    await device.close();
  });

  it("are predicted the same, with only a batch of them on the device", { timeout: 60_000 }, async () => {
    const device = await open();
    const dataset = noise(400, [13, 11, 1], 3);
    const network = await device.evaluate(linear(1).init(key(4)));
    const predictor = createPredictor(device, linear(1), { batch: 16 });
    const bytes = dataset.images.length;
    const before = device.memory().tensorBytes;
    const streamed = putDataset(device, dataset, bytes - 1);
    expect(device.memory().tensorBytes - before).toBeLessThan(bytes / 10); // the labels
    const fromMemory = await predictor(network, streamed);
    expect(device.allocatedBytes() - before).toBeLessThan(bytes);
    const resident = putDataset(device, dataset, bytes);
    expect(device.memory().tensorBytes - before).toBeGreaterThanOrEqual(bytes);
    expect(await predictor(network, resident)).toEqual(fromMemory);
    device.free([streamed, resident]); // a host tensor is not the device's to free
    await device.close();
  });

  it("are those of more bytes than one buffer holds, unless something else is said", async () => {
    const device = await open();
    const limits = (bytes: object): Device => ({ ...device, info: () => ({ ...device.info(), limits: { ...bytes } }) });
    const dataset = noise(10, [4, 4, 1], 5); // 160 bytes
    const onHost = (from: Device): boolean => putDataset(from, dataset).images.node.source?.kind === "host";
    expect(onHost(device)).toBe(false);
    expect(onHost(limits({}))).toBe(false);
    expect(onHost(limits({ maxBufferSize: 160, maxStorageBufferBindingSize: 160 }))).toBe(false);
    expect(onHost(limits({ maxBufferSize: 1000, maxStorageBufferBindingSize: 159 }))).toBe(true);
    expect(onHost(limits({ maxBufferSize: 159, maxStorageBufferBindingSize: 1000 }))).toBe(true);
    await device.close();
  });
});
