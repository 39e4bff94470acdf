import { expect } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { apply } from "../../src/tensor/op.ts";
import { compareKernels } from "../../src/testing/kernel-values.ts";
import type { Case } from "./sampling.ts";
import { sampleInputs } from "./sampling.ts";

/** The law of kernels: a device's values are the float64 reference's, and those of a second run the first one's, to the bit. */
export async function checkKernel(device: Device, one: Case): Promise<void> {
  const roots = apply(one.op, sampleInputs(one.sample, one.seed), one.sample.params);
  const { runs, unequal, worst, decided } = await compareKernels(device, roots);
  expect(unequal, "two runs are equal to the bit").toBeUndefined();
  expect(worst).toBeUndefined();
  const elements = runs[0].reduce((total, { length }) => total + length, 0);
  expect(decided, "every element is compared").toBe(elements);
}
