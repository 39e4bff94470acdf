import { afterAll, beforeAll, it } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";
import { checkKernel } from "./kernel-law.ts";
import { cases, titled } from "./sampling.ts";

for (const [variant, open] of Object.entries(openers)) {
  describeGpu(`kernels agree with the float64 reference, ${variant}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device.close());

    it.each(titled(cases()))("%s", (_, one) => checkKernel(device, one));
  });
}
