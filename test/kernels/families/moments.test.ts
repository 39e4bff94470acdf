import { afterAll, beforeAll, test } from "vitest";
import { momentsOp } from "../../../src/tensor/ops/moments.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily, exampleData } from "./check-family.ts";
import { openDevice } from "./run-family.ts";

describeGpu("moments", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  const sizes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [4, 9, 9, 8],
      [0, 1, 2],
    ],
    [
      [2, 33, 5, 12],
      [0, 1, 2],
    ],
    [
      [2, 9, 7, 3],
      [0, 1, 2],
    ],
    [
      [3, 5, 7, 4],
      [0, 2],
    ],
    [[5, 131], [1]],
    [[300, 2], [0]],
    [[2000], [0]],
    [[2, 1, 3], []],
    [[2, 0, 3], [0]],
    [[], []],
  ];
  // The sum of n terms of one sign keeps n·2⁻²³; deviations are of the data's size, 4.
  test.each(sizes)("%j over axes %j", async (shape, axes) => {
    await checkFamily(device, momentsOp, [{ shape, dtype: "f32" }], { axes }, { relative: 2e-6, absolute: 4e-6 });
  });

  test("a mean far from zero does not swallow the variance", async () => {
    const inputs = [{ shape: [1000, 4], dtype: "f32" as const }];
    const data = [exampleData(inputs[0]!, 1).map((x, i) => (i < 4 ? 0 : 4096 + x)) as Float32Array];
    await checkFamily(device, momentsOp, inputs, { axes: [0] }, { relative: 2e-5, data });
  });
});
