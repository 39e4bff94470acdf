import { describe, expect, test } from "vitest";
import { valueAndGrad } from "../../../src/autodiff/grad.ts";
import { crossEntropy } from "../../../src/nn/losses.ts";
import type { SmallConvNetParams } from "../../../src/nn/models/small-conv-net.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { sgd } from "../../../src/nn/sgd.ts";
import { mean } from "../../../src/tensor/ops/mean.ts";
import { key, uniform } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";

describe("smallConvNet", () => {
  test("has three convolutions, and pools to 4·width features", () => {
    const model = smallConvNet({ channels: 3, classes: 10, width: 8 });
    const { params, stats } = model.init(key(0));
    const size = flattenTree(params).reduce((total, t) => total + sizeOf(t.shape), 0);
    expect(size).toBe(9 * (3 * 8 + 8 * 16 + 16 * 32) + 2 * (8 + 16 + 32) + 32 * 10 + 10);
    const images = uniform(key(1), [2, 9, 6, 3]);
    const { logits, z } = model.apply(params, stats, images, { train: false });
    expect([logits.shape, z.shape]).toEqual([
      [2, 10],
      [2, 32],
    ]);
  });

  test("learns four images by heart in forty steps", async () => {
    const model = smallConvNet({ channels: 1, classes: 2, width: 4 });
    const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
    const images = evaluateReference(uniform(key(1), [4, 8, 8, 1]), { precision: "f32" });
    const labels = tensor([0, 1, 1, 0], { dtype: "i32" });
    let { params, stats } = evaluateReference(model.init(key(2)), { precision: "f32" });
    let state = optimizer.init(params);
    const losses: number[] = [];
    for (let step = 0; step < 40; step++) {
      const loss = (p: SmallConvNetParams) => {
        const result = model.apply(p, stats, images, { train: true });
        return { value: mean(crossEntropy(result.logits, labels)), aux: result.stats };
      };
      const { value, gradient, aux } = valueAndGrad(loss, { hasAux: true })(params);
      const next = evaluateReference(
        { value, stats: aux, ...optimizer.update(gradient as SmallConvNetParams, state, params, { lr: 0.1 }) },
        { precision: "f32" },
      );
      ({ params, stats, state } = next);
      losses.push(await next.value.item());
    }
    expect(losses[0]).toBeGreaterThan(0.4);
    expect(losses[losses.length - 1]).toBeLessThan(0.02);
  });
});
