import { afterAll, beforeAll, test } from "vitest";
import { gatherOp, scatterAddOp } from "../../../src/tensor/ops/gather.ts";
import { putAlongAxisOp, takeAlongAxisOp } from "../../../src/tensor/ops/take-along-axis.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily } from "./check-family.ts";
import { openDevice } from "./run-family.ts";

describeGpu("gather and scatter", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  const f32 = (shape: readonly number[]): { shape: readonly number[]; dtype: "f32" } => ({ shape, dtype: "f32" });
  // Some indices lie outside on either side.
  const indices = (
    shape: readonly number[],
    below: number,
  ): { shape: readonly number[]; dtype: "i32"; domain: object } => ({
    shape,
    dtype: "i32",
    domain: { kind: "integer", below },
  });

  test.each([
    [[5], [70], 0],
    [[9, 8], [3, 7], 0],
    [[3, 6, 5], [13], 1],
    [[3, 2], [], 1],
    [[0, 2], [3], 0],
    [[4, 2], [0], 0],
  ] as const)("gather %j by %j on axis %i, and its transpose", async (x, i, axis) => {
    const y = [...x.slice(0, axis), ...i, ...x.slice(axis + 1)];
    const to = indices(i, x[axis]! + 2) as { shape: readonly number[]; dtype: "i32" };
    await checkFamily(device, gatherOp, [f32(x), to], { axis });
    await checkFamily(device, scatterAddOp, [f32(y), to], { axis, size: x[axis]! }, { terms: 70 });
  });

  test.each([
    [[3, 5], [3, 70], 1],
    [[4, 2, 3], [60, 2, 3], 0],
    [[7], [1], 0],
    [[2, 3], [2, 0], 1],
  ] as const)("take %j along axis by %j, and its transpose", async (x, i, axis) => {
    const to = indices(i, x[axis]! + 2) as { shape: readonly number[]; dtype: "i32" };
    await checkFamily(device, takeAlongAxisOp, [f32(x), to], { axis });
    await checkFamily(device, putAlongAxisOp, [f32(i), to], { axis, size: x[axis]! }, { terms: 70 });
  });

  // So many indices are sorted first. Chunks of 128 slices: segments begin and end inside them, and fill several.
  test.each([
    [[1500], [1500], 0, 900],
    [[2000, 3], [2000], 0, 700],
    [[3, 2000, 2], [2000], 1, 600],
    [[40, 50, 2], [40, 50], 0, 900],
    [[70000], [70000], 0, 16],
    [[70000], [70000], 0, 2 ** 15],
  ] as const)("many slices %j of indices %j, axis %i, into %i", async (x, i, axis, size) => {
    const to = indices(i, size + 2) as { shape: readonly number[]; dtype: "i32" };
    await checkFamily(device, scatterAddOp, [f32(x), to], { axis, size }, { terms: 512 });
  });

  test("many slices along an axis, each column with indices of its own", async () => {
    const to = indices([3, 2000, 2], 702) as { shape: readonly number[]; dtype: "i32" };
    await checkFamily(device, putAlongAxisOp, [f32([3, 2000, 2]), to], { axis: 1, size: 700 }, { terms: 512 });
  });

  test.each(["i32", "u32"] as const)("many %s slices wrap; one place takes nearly all", async (dtype) => {
    const n = 70000;
    const words = Uint32Array.from({ length: n }, (_, k) => Math.imul(k, 2654435761));
    const data = [
      dtype === "i32" ? new Int32Array(words.buffer) : words,
      Int32Array.from({ length: n }, (_, k) => (k % 1000 === 0 ? -(k % 3) : k % 1000 === 1 ? k % 40 : 17)),
    ];
    const inputs = [
      { shape: [n], dtype },
      { shape: [n], dtype: "i32" },
    ] as const;
    await checkFamily(device, scatterAddOp, inputs, { axis: 0, size: 33 }, { data });
  });

  test("integers and negative indices", async () => {
    const u32 = { shape: [4], dtype: "u32" as const };
    const to = { shape: [5], dtype: "i32" as const };
    const data = [Uint32Array.of(1, 2 ** 31, 3, 2 ** 32 - 1), Int32Array.of(3, -1, 1, 2 ** 31 - 1, 0)];
    await checkFamily(device, gatherOp, [u32, to], { axis: 0 }, { data });
    const added = [Uint32Array.of(1, 2, 3, 4, 5), Int32Array.of(1, 1, -1, 0, 7)];
    await checkFamily(device, scatterAddOp, [{ shape: [5], dtype: "u32" }, to], { axis: 0, size: 2 }, { data: added });
  });
});
