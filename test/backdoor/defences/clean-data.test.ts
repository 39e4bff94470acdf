import { describe, expect, it } from "vitest";
import { cleanSubset } from "../../../src/backdoor/clean-subset.ts";
import type { Defence } from "../../../src/backdoor/defence.ts";
import { defences } from "../../../src/backdoor/defences/index.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { builtinDataset } from "../../../src/data/builtin.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { expectSameWhenStopped } from "./stop-and-resume.ts";

// What holds for every defence that is given clean images.

/** Short stages, each of more than one step, and how many steps to go from one stop to the next so that each stage is stopped. */
const short: Readonly<Record<string, { readonly options: object; readonly every: number }>> = {
  fp: { options: { tuning: { epochs: 2 } }, every: 2 },
  nad: { options: { teacher: { epochs: 2 }, student: { epochs: 2 } }, every: 3 },
  mcr: { options: { tuning: { epochs: 3 }, curve: { epochs: 20 } }, every: 40 },
  anp: { options: { mask: { steps: 5 } }, every: 2 },
};

describe.each(defences.filter(({ needs }) => needs === "cleanSubset"))("$name", (defence) => {
  it("ends bit for bit the same, wherever it was stopped", { timeout: 120_000 }, async () => {
    await expectSameWhenStopped(defence as Defence<never>, short[defence.name]!.options, short[defence.name]!.every);
  });

  it("leaves nothing on the device but what it came to", async () => {
    const dataset = builtinDataset({ count: 12, size: 12, classes: 3 });
    const device = referenceDevice();
    const { state } = await trainDefence(defence, {
      ...{ dataset, device, clean: cleanSubset(dataset, { share: 0.5 }) },
      classifier: smallConvNet({ channels: 3, classes: 3, width: 1 }),
      options: { batch: 4, clean: { epochs: 1 }, ...short[defence.name]!.options },
    });
    device.free(state);
    expect(device.allocatedBytes()).toBe(0);
  });
});
