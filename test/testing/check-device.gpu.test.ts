import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { apply1, defineOp } from "../../src/tensor/op.ts";
import {
  conv2d,
  exp,
  maxPool2d,
  mean,
  mul,
  relu,
  reshape,
  softmaxCrossEntropy,
  square,
  sum,
} from "../../src/tensor/ops/index.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { checkDevice } from "../../src/testing/index.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";

const waves = (shape: readonly number[], seed: number): AnyTensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((n, k) => n * k, 1) }, (_, i) => Math.sin(i * 1.7 + seed)),
    { shape },
  );

describeGpu("checkDevice on a GPU", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openers["as it is"]!();
  });
  afterAll(() => device.close());

  test("a small network passes", async () => {
    const labels = tensor([1, 0], { dtype: "i32" });
    const loss = (p: { kernel: AnyTensor; w: AnyTensor }, images: AnyTensor): AnyTensor => {
      const h = maxPool2d(relu(conv2d(images, p.kernel, { padding: "same" })), { size: 2 });
      return mean(softmaxCrossEntropy(matmul(reshape(h, [2, 16]), p.w), labels));
    };
    await checkDevice(device, loss, [{ kernel: waves([3, 3, 2, 4], 1), w: waves([16, 3], 2) }, waves([2, 4, 4, 2], 3)]);
  });

  test("a kernel of one's own that is wrong is named", async () => {
    const cube = (factor: string) =>
      defineOp<null>({
        name: "cube",
        infer: ([x]) => [x!],
        kernel: {
          source: `
            @group(0) @binding(0) var<storage, read> x: array<f32>;
            @group(0) @binding(1) var<storage, read_write> y: array<f32>;
            @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
              if (id.x < arrayLength(&x)) { y[id.x] = ${factor} * x[id.x] * x[id.x] * x[id.x]; }
            }`,
          workgroups: ([x]) => [Math.ceil(x!.shape[0]! / 64), 1, 1],
        },
        reference: ({ inputs: [x], outputs: [y] }) => x!.forEach((value: number, i: number) => (y![i] = value ** 3)),
        vjp: ({ g: [g], inputs: [x] }) => [mul(g!, mul(3, square(x!)))],
        tolerance: { relative: 3 * 2 ** -23, absolute: 0 },
        samples: () => [],
      });
    const loss = (factor: string) => (x: AnyTensor) => sum(exp(apply1(cube(factor), [x], null)));
    await checkDevice(device, loss("1.0"), [waves([70], 4)]);
    await expect(checkDevice(device, loss("1.0001"), [waves([70], 4)])).rejects.toThrow(
      /first op whose kernel is wrong: cube of f32\[70\] at .*check-device\.gpu\.test\.ts/,
    );
  });
});
