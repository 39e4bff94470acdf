import { afterAll, beforeAll, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import type { Device } from "../../src/tensor/device.ts";
import { conv2d, dot, matmul, mean, moments, mul, sum, transpose, zeros } from "../../src/tensor/ops/index.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";

const tenth = Math.fround(0.1);
const tenths = (...shape: number[]): AnyTensor =>
  tensor(new Float32Array(sizeOf(shape)).fill(0.1), { shape }) as AnyTensor;

/** Sums of many equal terms: each step loses half a unit in the last place at most, always to the same side. */
const sums: readonly (readonly [string, (...x: AnyTensor[]) => AnyTensor, readonly AnyTensor[], number])[] = [
  ["mean of 3·10⁷", (x) => mean(x!), [tenths(3e7)], tenth],
  ["sums over the leading axis", (x) => sum(x!, { axis: 0 }), [tenths(3e6, 3)], 3e6 * tenth],
  ["sums over the last axis", (x) => sum(x!, { axis: 1 }), [tenths(3, 2e6)], 2e6 * tenth],
  ["means with variances", (x) => moments(x!).mean, [tenths(1e6)], tenth],
  ["a dot product", (a, b) => dot(a!, b!), [tenths(3e6), tenths(3e6)], 3e6 * tenth ** 2],
  ["a narrow matrix product", (a, b) => matmul(a!, b!), [tenths(1, 1e6), tenths(1e6, 1)], 1e6 * tenth ** 2],
  ["a matrix product", (a, b) => matmul(a!, b!), [tenths(9, 3e5), tenths(3e5, 20)], 3e5 * tenth ** 2],
  [
    "one with a transposed operand",
    (a, b) => matmul(transpose(a!), b!),
    [tenths(3e5, 9), tenths(3e5, 20)],
    3e5 * tenth ** 2,
  ],
  [
    "a convolution's weight gradient",
    (x, g) => grad((w: AnyTensor) => sum(mul(conv2d(x!, w), g!)))(zeros([1, 1, 4, 8]) as AnyTensor) as AnyTensor,
    [tenths(20, 128, 128, 4), tenths(20, 128, 128, 8)],
    20 * 128 * 128 * tenth ** 2,
  ],
];

for (const [variant, open] of Object.entries(openers)) {
  describeGpu(`sums of many terms, ${variant}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device.close());

    // No sum of the kernels has more than a few hundred steps. Products by tiles in workgroup memory have 2¹⁴ at most.
    const roundings = variant === "as it is" ? 2 ** 9 : 2 ** 14;
    it.each(sums)("%s", async (_, f, args, want) => {
      const y = await (await device.compile(f)(...args)).data();
      const worst = Math.max(...Array.from(y, (value) => Math.abs(value - want) / want));
      expect(worst).toBeLessThan(roundings * 2 ** -24);
    });
  });
}
