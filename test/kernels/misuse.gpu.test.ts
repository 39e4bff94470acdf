import { afterAll, beforeAll, expect, it } from "vitest";
import type { Device } from "../../src/index.ts";
import { openDevice, referenceDevice } from "../../src/index.ts";
import { waitNapping } from "../../src/node/nap.ts";
import { answerTo, deviceMistakes } from "../support/device-misuse.ts";
import { describeGpu, gpu } from "../support/gpu.ts";

describeGpu("misuse", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice({ gpu: gpu!, wait: waitNapping });
  });
  afterAll(() => device.close());

  it.each(Object.entries(deviceMistakes))("%s: the GPU's answer is the reference's", async (_, [mistake]) => {
    expect(await answerTo(() => mistake(device))).toBe(await answerTo(() => mistake(referenceDevice())));
  });
});
