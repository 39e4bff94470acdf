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

/** Short stages, each of more than one step. */
const short: Readonly<Record<string, object>> = {
  fp: { tuning: { epochs: 2 } },
};

describe.each(defences.filter(({ needs }) => needs === "cleanSubset"))("$name", (defence) => {
  it("ends bit for bit the same, wherever it was stopped", async () => {
    await expectSameWhenStopped(defence as Defence<never>, short[defence.name]!, 2);
  });

  it("leaves nothing on the device but what it came to", async () => {
    const dataset = builtinDataset({ count: 12, size: 12, classes: 3 });
    const device = referenceDevice();
    const { state } = await trainDefence(defence, {
      ...{ dataset, device, clean: cleanSubset(dataset, { share: 0.5 }) },
      classifier: smallConvNet({ channels: 3, classes: 3, width: 1 }),
      options: { batch: 4, clean: { epochs: 1 }, ...short[defence.name] },
    });
    device.free(state);
    expect(device.allocatedBytes()).toBe(0);
  });
});
