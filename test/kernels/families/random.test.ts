import { afterAll, beforeAll, test } from "vitest";
import { augmentBatchOp } from "../../../src/tensor/ops/augment-batch.ts";
import { threefryOp } from "../../../src/tensor/ops/threefry.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily } from "./check-family.ts";
import { openDevice } from "./run-family.ts";

describeGpu("random words and batches", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  test.each([1, 65, 300])("threefry: %i blocks, bit for bit", async (count) => {
    const data = [Uint32Array.of(0x13198a2e, 0x03707344), Uint32Array.of(2 ** 32 - 40)];
    const inputs = [
      { shape: [2], dtype: "u32" as const },
      { shape: [], dtype: "u32" as const },
    ];
    await checkFamily(device, threefryOp, inputs, { count }, { data });
  });

  test.each([
    { shape: [5, 6, 7, 3], batch: 4, params: { crop: 2, flip: true, cutout: 3 } },
    { shape: [3, 4, 4, 1], batch: 3, params: { crop: 0, flip: false, cutout: 0 } },
    { shape: [2, 33, 32, 3], batch: 6, params: { crop: 4, flip: true, cutout: 8 } },
  ])("augmentBatch %j", async ({ shape, batch, params }) => {
    const inputs = [
      { shape, dtype: "u8" as const },
      { shape: [batch], dtype: "i32" as const, domain: { kind: "integer" as const, below: shape[0]! + 1 } },
      { shape: [2], dtype: "u32" as const },
    ];
    await checkFamily(device, augmentBatchOp, inputs, params, { relative: 3e-7 }); // one division: 2.5 ULP
  });
});
