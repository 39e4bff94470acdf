import { afterAll, beforeAll, test } from "vitest";
import { cumsumOp } from "../../../src/tensor/ops/cumsum.ts";
import { sortOp } from "../../../src/tensor/ops/sort.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily } from "./check-family.ts";
import { adapterVariants, openDevice } from "./run-family.ts";

describeGpu("sort and cumsum", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  // Values repeat: stability shows in the indices. The longer rows are sorted by radix, in chunks of 64 elements or more.
  test.each([
    [[7], 0, false],
    [[3, 65, 2], 1, true],
    [[2049], 0, false],
    [[2, 2600, 2], 1, true],
    [[5000], 0, false],
    [[0, 2], 0, false],
  ] as const)("sort %j on axis %i, descending %s", async (shape, axis, descending) => {
    const { discrete: _, ...others } = adapterVariants();
    const adapters = shape[0] === 5000 ? { portable: others["portable"]! } : others;
    await checkFamily(device, sortOp, [{ shape, dtype: "f32" }], { axis, descending }, { adapters });
  });

  test("integers sort by their own order, zeros of both signs are equal", async () => {
    const params = { axis: 0, descending: false };
    const i32 = [Int32Array.of(3, -(2 ** 31), 0, -1, 2 ** 31 - 1, -1)];
    await checkFamily(device, sortOp, [{ shape: [6], dtype: "i32" }], params, { data: i32 });
    const u32 = [Uint32Array.of(3, 2 ** 31, 0, 2 ** 32 - 1, 5)];
    await checkFamily(device, sortOp, [{ shape: [5], dtype: "u32" }], { ...params, descending: true }, { data: u32 });
    const f32 = [Float32Array.of(0, -0, 1e30, -1e30, 0, 1e-30, -1e-30, Infinity, -Infinity)];
    await checkFamily(device, sortOp, [{ shape: [9], dtype: "f32" }], params, { data: f32 });
  });

  test.each([
    [[5], 0, false],
    [[3, 66, 2], 1, true],
    [[2, 1000], 1, false],
    [[5000, 2], 0, true],
    [[0, 2], 0, false],
  ] as const)("cumsum %j on axis %i, reverse %s", async (shape, axis, reverse) => {
    await checkFamily(device, cumsumOp, [{ shape, dtype: "f32" }], { axis, reverse }, { terms: shape[axis] });
  });

  test("integer sums wrap", async () => {
    const data = [Int32Array.of(2 ** 31 - 1, 1, 5)];
    await checkFamily(device, cumsumOp, [{ shape: [3], dtype: "i32" }], { axis: 0, reverse: false }, { data });
  });
});
