import { afterAll, beforeAll, test } from "vitest";
import { matmulOp } from "../../../src/tensor/ops/matmul.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily } from "./check-family.ts";
import { openDevice } from "./run-family.ts";

describeGpu("matmul", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  // batch, m, k, n: around tiles of 16 and 64 rows, 16, 32 and 64 columns, 4 and 16 of k
  const sizes: readonly (readonly [number, number, number, number])[] = [
    [1, 1, 1, 1],
    [1, 16, 4, 16],
    [1, 17, 5, 20],
    [3, 15, 33, 36],
    [2, 65, 16, 68],
    [1, 64, 64, 10],
    [1, 33, 3, 130],
    [2, 129, 18, 132],
    [2, 70, 37, 3],
    [1, 3, 0, 5],
  ];
  test.each(sizes)("%i × (%i, %i) · (…, %i)", async (batch, m, k, n) => {
    const inputs = [
      { shape: [batch, m, k], dtype: "f32" as const },
      { shape: [batch, k, n], dtype: "f32" as const },
    ];
    await checkFamily(device, matmulOp, inputs, null, { terms: k + 1 });
  });

  test("128×128 tiles of a large product", async () => {
    const inputs = [
      { shape: [1, 1030, 20], dtype: "f32" as const },
      { shape: [1, 20, 1026], dtype: "f32" as const },
    ];
    await checkFamily(device, matmulOp, inputs, null, { terms: 21, variants: ["discrete"] });
  });
});
