import { afterAll, beforeAll, test } from "vitest";
import type { Op } from "../../../src/tensor/op.ts";
import { avgPool2dGradientOp, avgPool2dOp } from "../../../src/tensor/ops/avg-pool.ts";
import { maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dOp } from "../../../src/tensor/ops/max-pool.ts";
import type { PoolParams } from "../../../src/tensor/ops/pool-windows.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily } from "./check-family.ts";
import { openDevice } from "./run-family.ts";

describeGpu("pooling", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  const pools: readonly { title: string; x: readonly number[]; params: PoolParams }[] = [
    { title: "tiles without gaps", x: [2, 6, 4, 5], params: { size: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] } },
    { title: "overlap and padding", x: [1, 7, 6, 3], params: { size: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] } },
    { title: "lopsided", x: [1, 5, 6, 2], params: { size: [2, 3], stride: [1, 1], padding: [1, 0, 0, 2] } },
    { title: "gaps", x: [1, 9, 7, 4], params: { size: [2, 1], stride: [4, 3], padding: [0, 0, 0, 0] } },
  ];
  const f32 = (shape: readonly number[]): { shape: readonly number[]; dtype: "f32" } => ({ shape, dtype: "f32" });

  // Values repeat, so that windows have ties.
  test.each(pools)("max: $title", async ({ x, params }) => {
    const y = maxPool2dOp.infer([f32(x)], params)[0]!.shape;
    await checkFamily(device, maxPool2dOp, [f32(x)], params);
    await checkFamily(device, maxPool2dGradientOp, [f32(x), f32(y)], params, { terms: 9 });
    await checkFamily(device, maxPool2dGatherOp, [f32(x), f32(x)], params);
  });

  test.each(pools)("mean: $title", async ({ x, params }) => {
    const y = avgPool2dOp.infer([f32(x)], params)[0]!.shape;
    await checkFamily(device, avgPool2dOp as Op<PoolParams>, [f32(x)], params, { terms: 12 });
    await checkFamily(device, avgPool2dGradientOp, [f32(y)], { ...params, inputShape: x }, { terms: 12 });
  });
});
