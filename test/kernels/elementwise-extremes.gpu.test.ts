import { afterAll, beforeAll, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { crossEntropy, smallConvNet } from "../../src/nn/index.ts";
import type { Device } from "../../src/tensor/device.ts";
import { mean } from "../../src/tensor/ops/index.ts";
import { key, normal } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { describeGpu } from "../support/gpu.ts";
import { openers } from "../support/gpu-devices.ts";
import { expectNumbers, numbersOf } from "../support/numbers.ts";
import { elementwiseCases } from "../tensor/elementwise-extreme-cases.ts";

const network = smallConvNet({ channels: 3, classes: 4, width: 4 });

/** Logits, loss gradient by the last layer's bias and by the first convolution, of a network with one NaN among its first weights. */
function poisoned(train: boolean): (...args: AnyTensor[]) => AnyTensor[] {
  const { params, stats } = evaluateReference(network.init(key(1)), { precision: "f32" });
  const [first, ...others] = params.layers;
  return (images, labels, weight) => {
    const layers = [{ ...first!, conv: { weight: weight! } }, ...others];
    const apply = (p: typeof params): AnyTensor => network.apply(p, stats, images!, { train, key: key(0) }).logits;
    const gradient = grad((p: typeof params) => mean(crossEntropy(apply(p), labels!)))({ ...params, layers });
    return [apply({ ...params, layers }), gradient.fc.bias, gradient.layers[0]!.conv.weight] as AnyTensor[];
  };
}

async function poisonedArguments(): Promise<AnyTensor[]> {
  const { params } = evaluateReference(network.init(key(1)), { precision: "f32" });
  const weight = Float32Array.from(await params.layers[0]!.conv.weight.data());
  weight[5] = Number.NaN;
  const images = evaluateReference(normal(key(2), [8, 8, 8, 3]), { precision: "f32" });
  return [images, tensor(Int32Array.from([0, 1, 2, 3, 0, 1, 2, 3])), tensor(weight, { shape: [3, 3, 3, 4] })];
}

for (const [variant, open] of Object.entries(openers)) {
  describeGpu(`elementwise functions of extreme numbers on the GPU, ${variant}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device.close());

    it.each(elementwiseCases.map((one) => [one.what, one] as const))("%s", async (_, one) => {
      const { f, args, want, tolerance } = one;
      expectNumbers(await numbersOf(await device.compile(f)(...args)), want, tolerance);
      expectNumbers(await numbersOf(await device.evaluate(f(...args))), want, tolerance);
    });

    it.each([true, false])("a network with one NaN weight gives NaN, training: %s", async (train) => {
      const args = await poisonedArguments();
      const outputs = await device.compile(poisoned(train))(...args);
      const numbers = await numbersOf(outputs);
      expect(numbers).toHaveLength(8 * 4 + 4 + 108);
      expect(numbers.filter((value) => !Number.isNaN(value))).toEqual([]);
      expect((await numbersOf(evaluateReference(poisoned(train)(...args)))).every(Number.isNaN)).toBe(true);
    });
  });
}
