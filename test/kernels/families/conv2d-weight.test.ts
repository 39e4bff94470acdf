import { afterAll, beforeAll, test } from "vitest";
import { conv2dWeightGradientOp } from "../../../src/tensor/ops/conv2d.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily } from "./check-family.ts";
import { convolution, convolutions } from "./convolutions.ts";
import { openDevice, productAdapters } from "./run-family.ts";

describeGpu("conv2d's weight gradient", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  const adapters = productAdapters();

  const same = { padding: [1, 1, 1, 1] } as const;
  const split = [
    convolution("pixels in parts, the last one short", [2, 21, 19, 4], [3, 3, 4, 8], same),
    convolution("parts without whole quads", [3, 13, 17, 3], [3, 3, 3, 5], same),
  ];
  test.each([...convolutions, ...split])("$title", async ({ x, y, w, params, terms }) => {
    const inputs = [x, y].map((shape) => ({ shape, dtype: "f32" as const }));
    await checkFamily(device, conv2dWeightGradientOp, inputs, { ...params, weightShape: w }, { terms, adapters });
  });
});
