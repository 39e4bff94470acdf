import { afterAll, beforeAll, test } from "vitest";
import type { MatmulParams } from "../../../src/tensor/ops/matmul.ts";
import { matmulOp } from "../../../src/tensor/ops/matmul.ts";
import type { TensorType } from "../../../src/tensor/tensor.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily } from "./check-family.ts";
import { openDevice, productAdapters } from "./run-family.ts";

describeGpu("matmul", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  const adapters = productAdapters();

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
    [2, 259, 21, 38], // tiles of 24 rows
    [2, 70, 37, 3],
    [1, 3, 0, 5],
  ];
  const flags = [false, true].flatMap((transposeA) => [false, true].map((transposeB) => ({ transposeA, transposeB })));
  const inputsOf = (
    [batch, m, k, n]: readonly [number, number, number, number],
    { transposeA, transposeB }: MatmulParams,
  ): TensorType[] => [
    { shape: transposeA ? [batch, k, m] : [batch, m, k], dtype: "f32" },
    { shape: transposeB ? [batch, n, k] : [batch, k, n], dtype: "f32" },
  ];

  test.each(sizes)("%i × (%i, %i) · (…, %i), as they are and lying otherwise", async (...size) => {
    const otherwise = flags[1 + (size[1] % 3)]!; // one of the three ways: each kernel takes seconds to compile
    for (const params of [flags[0]!, otherwise]) {
      await checkFamily(device, matmulOp, inputsOf(size, params), params, { terms: size[2] + 1, adapters });
    }
  });
});
