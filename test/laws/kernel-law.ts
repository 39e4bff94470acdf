import { expect } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { apply } from "../../src/tensor/op.ts";
import { deviceErrors } from "../../src/testing/device-errors.ts";
import { compareValues, differingBits, valuesOn } from "../../src/testing/device-values.ts";
import { recordTape } from "../../src/testing/tape.ts";
import type { Case } from "./sampling.ts";
import { sampleInputs } from "./sampling.ts";

/** The law of kernels: a device's values are the float64 reference's, and those of a second run the first one's, to the bit. */
export async function checkKernel(device: Device, one: Case): Promise<void> {
  const tape = recordTape(apply(one.op, sampleInputs(one.sample, one.seed), one.sample.params));
  const [first, again] = [await valuesOn(device, tape.roots), await valuesOn(device, tape.roots)];
  expect(differingBits(first, again), "two runs are equal to the bit").toBeUndefined();
  const { worst, decided } = compareValues(tape, deviceErrors(tape), first);
  expect(worst).toBeUndefined();
  const elements = first.reduce((total, { length }) => total + length, 0);
  expect(decided, "every element is compared").toBe(elements);
}
