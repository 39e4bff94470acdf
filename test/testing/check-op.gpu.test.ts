import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { choleskyOp } from "../../src/tensor/linalg/cholesky.ts";
import type { Op } from "../../src/tensor/op.ts";
import { softmaxOp } from "../../src/tensor/ops/softmax.ts";
import { checkOp } from "../../src/testing/index.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";
import { cubes } from "./cubes.ts";

/** The record with a kernel of the user's. */
const cubesBy = (cube: string): Op<null> => ({
  ...cubes,
  kernel: {
    source: `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;
@compute @workgroup_size(1) fn main() {
  total[0] = 0.0;
  for (var i = 0u; i < size.n; i++) { y[i] = ${cube}; total[0] += y[i]; }
}`,
    sizes: ([x]) => ({ n: x!.shape[0]! }),
    workgroups: () => [1, 1, 1],
  },
  samples: () => [1, 3, 40].map((n) => ({ inputs: [{ shape: [n], dtype: "f32" }], params: null })),
});

describeGpu("checkOp on a GPU", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openers["as it is"]!();
  });
  afterAll(() => device.close());

  test("a user's record with its own kernel, and records of the library, pass", async () => {
    await checkOp(cubesBy("x[i] * x[i] * x[i]"), { device });
    await checkOp(softmaxOp, { device, samples: softmaxOp.samples().slice(0, 2) });
    await checkOp(choleskyOp, { device, samples: choleskyOp.samples().slice(0, 2) });
  });

  test("a kernel that computes something else is named, not the rule", async () => {
    await expect(checkOp(cubesBy("x[i] * x[i] * abs(x[i])"), { device })).rejects.toThrow(
      /^checkOp: cubes\(f32\[\d+\]\), sample \d, device = reference: wrong value of output \d/,
    );
  });
});
