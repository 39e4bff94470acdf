import { test } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { describeGpu } from "../support/gpu.ts";
// @ts-expect-error plain JavaScript, as its users write it
import { open } from "./harness.mjs";
// @ts-expect-error plain JavaScript
import { scenarios } from "./scenarios.mjs";

type Scenario = (device: Device, kind: "gpu" | "ref") => Promise<void>;

describeGpu.each(["gpu", "ref"] as const)("life on a device: %s", (kind) => {
  test.each(Object.entries(scenarios as Record<string, Scenario>))("%s", async (_, scenario) => {
    const device: Device = await open(kind);
    try {
      await scenario(device, kind);
    } finally {
      device.close();
    }
  });
});
