import { expect, test } from "vitest";
import { fitsDevice } from "../../src/backdoor/device-data.ts";
import type { Device } from "../../src/tensor/device.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";

/** The CPU device, with a limit as a GPU has. */
function limited(maxStorageBufferBindingSize: number): Device {
  const device = referenceDevice();
  return { ...device, info: () => ({ ...device.info(), limits: { maxStorageBufferBindingSize } }) };
}

test("images lie on the device where they fit into one buffer and into what was allowed", () => {
  const device = limited(1000);
  expect([999, 1000, 1001].map((bytes) => fitsDevice(device, bytes))).toEqual([true, true, false]);
  expect([100, 101].map((bytes) => fitsDevice(device, bytes, 100))).toEqual([true, false]);
});

test("who allows more than a buffer can hold gets what it can hold", () => {
  expect(fitsDevice(limited(1000), 1001, 5000)).toBe(false);
  expect(fitsDevice(referenceDevice(), 1001, 5000)).toBe(true);
});
