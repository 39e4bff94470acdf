import { afterEach, expect, it, vi } from "vitest";
import { openDevice } from "../../../src/kernels/index.ts";
import { ConfigError, DeviceError } from "../../../src/tensor/errors.ts";
import { add } from "../../../src/tensor/ops/elementwise.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { countingDevice } from "../../support/counting-device.ts";
import { describeGpu, gpu } from "../../support/gpu.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("without a GPU in the page takes the CPU reference, and says so", async () => {
  for (const navigator of [undefined, {}, { gpu: { requestAdapter: async () => null } }]) {
    vi.stubGlobal("navigator", navigator);
    const lines: string[] = [];
    const device = await openDevice({ log: (line) => lines.push(line) });
    expect(device.info().kind).toBe("reference");
    expect(lines.join()).toMatch(/openDevice: no WebGPU[\s\S]*using the CPU reference: right, and slow/);
    expect(await (await device.evaluate(add(tensor([1]), 1))).item()).toBe(2);
    await device.close();
  }
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await (await openDevice()).close();
  expect(warn.mock.calls.join()).toMatch(/using the CPU reference/);
});

it("refuses what it was asked for and cannot have, instead of the reference", async () => {
  await expect(openDevice({ gpu: { requestAdapter: async () => null } as never })).rejects.toThrow(DeviceError);
  const adapter = {
    features: new Set(),
    limits: {},
    requestDevice: async () => Promise.reject(new Error("consumed")),
  } as never;
  await expect(openDevice({ adapter })).rejects.toThrow(/openDevice: the adapter gives no device: consumed/);
});

it("refuses a device that is none, or that tells nothing of its adapter; its adapter mends that", async () => {
  await expect(openDevice({ device: "gpu" as never })).rejects.toThrow(
    /openDevice: device must be a GPUDevice, it is "gpu"\n.*deconfound\/node/,
  );
  const { device } = countingDevice();
  const info = device.adapterInfo;
  const older = Object.assign(device, { adapterInfo: undefined }) as never;
  await expect(openDevice({ device: older })).rejects.toThrow(ConfigError);
  await expect(openDevice({ device: older })).rejects.toThrow(/has no adapterInfo.*\n {2}.*\{ device, adapter \}/);
  const opened = await openDevice({ device: older, adapter: { info } as never });
  expect(opened.info().description).toMatch(/llvmpipe/);
});

describeGpu("in a page with WebGPU", () => {
  it("openDevice() takes navigator.gpu", async () => {
    vi.stubGlobal("navigator", { gpu });
    const device = await openDevice();
    expect(device.info().kind).toBe("gpu");
    await device.close();
  });
});
