import { describe } from "vitest";
import { openDevice } from "../../src/kernels/index.ts";
import { waitNapping } from "../../src/node/nap.ts";
import type { Device } from "../../src/tensor/device.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import { describeGpu, gpu } from "./gpu.ts";

/** A rule that holds on every device: `rules` is called for each, with a function that opens a fresh one. */
export function onEveryDevice(name: string, rules: (open: () => Promise<Device>) => void): void {
  describe(`${name}: the CPU reference`, () => rules(async () => referenceDevice()));
  describeGpu(`${name}: the GPU`, () =>
    rules(async () => openDevice({ adapter: (await gpu!.requestAdapter())!, wait: waitNapping })),
  );
}
