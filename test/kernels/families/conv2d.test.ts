import { afterAll, beforeAll, test } from "vitest";
import type { ConvParams } from "../../../src/tensor/ops/conv-geometry.ts";
import { conv2dInputGradientOp, conv2dOp } from "../../../src/tensor/ops/conv2d.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily } from "./check-family.ts";
import { convolutions } from "./convolutions.ts";
import { openDevice, productAdapters } from "./run-family.ts";

describeGpu("conv2d", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  const adapters = productAdapters();
  const f32 = (shape: readonly number[]): { shape: readonly number[]; dtype: "f32" } => ({ shape, dtype: "f32" });

  test.each(convolutions)("$title", async ({ x, w, y, params, terms }) => {
    await checkFamily<ConvParams>(device, conv2dOp, [f32(x), f32(w)], params, { terms, adapters });
    await checkFamily(
      device,
      conv2dInputGradientOp,
      [f32(y), f32(w)],
      { ...params, inputShape: x },
      { terms, adapters },
    );
  });
});
