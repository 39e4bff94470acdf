import { afterAll, beforeAll, expect, test } from "vitest";
import { openDevice } from "../../../src/kernels/index.ts";
import { crossEntropy } from "../../../src/nn/losses.ts";
import { preActResNet } from "../../../src/nn/models/preact-resnet.ts";
import { sgd } from "../../../src/nn/sgd.ts";
import { beginTraining, supervisedStep } from "../../../src/nn/supervised-step.ts";
import type { Device } from "../../../src/tensor/device.ts";
import { key, uniform } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { leavesOf } from "../../../src/tensor/tree.ts";
import { adapter, describeGpu } from "../../support/gpu.ts";

describeGpu("a training step of preActResNet on the GPU", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice({ device: await adapter!.requestDevice() });
  });
  afterAll(() => device.close());

  // this stem alone: its 7×7 convolution and maximum are what no other network here has, and each pipeline costs CI seconds
  test("agrees with the reference, with the ImageNet stem", async () => {
    const classifier = preActResNet({ depth: 18, stem: "imagenet", classes: 3, width: 4 });
    const optimizer = sgd({ momentum: 0.9, weightDecay: 5e-4 });
    const start = evaluateReference(beginTraining(classifier.init(key(3)), optimizer), { precision: "f32" });
    const batch = {
      images: evaluateReference(uniform(key(1), [4, 37, 40, 3]), { precision: "f32" }),
      labels: tensor([0, 2, 1, 1], { dtype: "i32" }),
    };
    const step = { classifier, optimizer, loss: crossEntropy, key: key(0), lr: 0.1 };
    const result = supervisedStep(start, batch, step);
    const expected = leavesOf(evaluateReference(result));
    for (const [i, { path, value }] of leavesOf(await device.compile(() => result)()).entries()) {
      const ours = [...(await (value as AnyTensor).data())];
      const reference = [...(await (expected[i]!.value as AnyTensor).data())];
      const largest = reference.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      const worst = ours.reduce((most, v, at) => Math.max(most, Math.abs(v - reference[at]!)), 0);
      expect(worst / largest, path).toBeLessThan(1e-4);
    }
  });
});
