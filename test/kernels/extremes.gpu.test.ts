import { afterAll, beforeAll, expect, it } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";
import { expectNumbers, numbersOf } from "../support/numbers.ts";
import { extremeCases } from "../tensor/extreme-cases.ts";

for (const [variant, open] of Object.entries(openers)) {
  describeGpu(`extreme values on the GPU, ${variant}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device.close());

    it.each(extremeCases.map((one) => [one.what, one] as const))("%s", async (_, one) => {
      const { f, args, want, refused, tolerance = 2 ** -18 } = one; // exp: 3 + 2|x| units in the last place
      expectNumbers(await numbersOf(await device.compile(f)(...args)), want, tolerance);
      if (refused !== undefined) expect(() => f(...args)).toThrow(refused);
      else expectNumbers(await numbersOf(await device.evaluate(f(...args))), want, tolerance);
    });
  });
}
