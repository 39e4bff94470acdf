import { describe, expect, test } from "vitest";
import { grad } from "../../../src/autodiff/grad.ts";
import { crossEntropy } from "../../../src/nn/losses.ts";
import { parseModel } from "../../../src/nn/models/index.ts";
import type { PreActResNetParams } from "../../../src/nn/models/preact-resnet.ts";
import { preActResNet } from "../../../src/nn/models/preact-resnet.ts";
import { topologicalOrder } from "../../../src/tensor/graph.ts";
import { zeros } from "../../../src/tensor/ops/creation.ts";
import { mean } from "../../../src/tensor/ops/mean.ts";
import { key, uniform } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { flattenTree, leavesOf } from "../../../src/tensor/tree.ts";

const count = (tree: unknown): number => flattenTree(tree).reduce((total, t) => total + sizeOf(t.shape), 0);

/** Sizes of the maps that a network computes, `rows×columns×channels`, without repetitions. */
function mapsOf(z: AnyTensor, n: number): string[] {
  const shapes = topologicalOrder([z]).flatMap((node) => node.outputs.map((type) => type.shape));
  const maps = shapes.filter((shape) => shape.length === 4 && shape[0] === n && shape[1]! > 1);
  return [...new Set(maps.map((shape) => shape.slice(1).join("×")))];
}

describe("preActResNet", () => {
  // 2,816 fewer than the post-activation networks of the same depths: other norms
  test.each([
    [18, "cifar", 10, 11_171_146],
    [18, "imagenet", 1000, 11_686_696],
    [34, "cifar", 10, 21_279_306],
    [34, "imagenet", 12, 21_288_012],
  ] as const)("%i with the %s stem and %i classes has %i parameters", (depth, stem, classes, parameters) => {
    expect(count(preActResNet({ depth, stem, classes }).init(key(0)).params)).toBe(parameters);
  });

  test.each([
    ["cifar", 32, ["32×32×3", "32×32×64", "16×16×128", "8×8×256", "4×4×512"]],
    ["imagenet", 224, ["224×224×3", "112×112×64", "56×56×64", "28×28×128", "14×14×256", "7×7×512"]],
  ] as const)("with the %s stem maps images of %i pixels as it should", (stem, size, maps) => {
    const { init, apply } = preActResNet({ depth: 18, stem, classes: 10 });
    const { params, stats } = init(key(0));
    const { logits, z } = apply(params, stats, zeros([2, size, size, 3]), { train: true });
    expect([logits.shape, z.shape]).toEqual([
      [2, 10],
      [2, 512],
    ]);
    expect(mapsOf(z, 2).sort()).toEqual([...maps].sort());
  });

  test("every parameter takes a gradient; training moves every statistic, evaluation none", async () => {
    const { init, apply } = preActResNet({ depth: 18, stem: "imagenet", classes: 3, channels: 1, width: 2 });
    const { params, stats } = evaluateReference(init(key(3)));
    const images = evaluateReference(uniform(key(1), [3, 33, 40, 1]));
    const labels = tensor([0, 2, 1], { dtype: "i32" });
    const loss = (p: PreActResNetParams): AnyTensor =>
      mean(crossEntropy(apply(p, stats, images, { train: true }).logits, labels));
    for (const { path, value } of leavesOf(evaluateReference(grad(loss)(params)))) {
      const values = await (value as AnyTensor).data();
      expect(
        values.some((v) => Math.abs(v) > 1e-9),
        path,
      ).toBe(true);
    }
    const before = flattenTree(stats);
    const trained = leavesOf(evaluateReference(apply(params, stats, images, { train: true }).stats));
    for (const [i, { path, value }] of trained.entries()) {
      expect(await (value as AnyTensor).data(), path).not.toEqual(await before[i]!.data());
    }
    expect(apply(params, stats, images, { train: false }).stats).toEqual(stats);
  });

  test("refuses other depths and widths below 1", () => {
    expect(() => preActResNet({ depth: 50, classes: 10 })).toThrow(/depth is 50\n\s*expects 18 or 34/);
    expect(() => preActResNet({ depth: 18, classes: 10, width: 0 })).toThrow(/width is 0/);
  });
});

describe("preact-resnet by name", () => {
  const shape = { height: 32, width: 32, channels: 3, classes: 10 };

  test.each([
    ["preact-resnet-18", [3, 3, 3, 64]],
    ["preact-resnet-34", [3, 3, 3, 64]],
    ["preact-resnet-18-imagenet", [7, 7, 3, 64]],
    ["preact-resnet-34-imagenet", [7, 7, 3, 64]],
  ])("%s", (name, stem) => {
    const model = parseModel(name);
    expect(model.name).toBe(name);
    const { params } = model.build(shape).init(key(0)) as unknown as { params: PreActResNetParams };
    expect(params.conv1.weight.shape).toEqual(stem);
    expect(params.layer3).toHaveLength(name.includes("34") ? 6 : 2);
  });

  test.each(["preact-resnet-50", "preact-resnet-", "preact-resnet-18-cifar", "preact-resnet-18-imagenet-2"])(
    "refuses %s",
    (name) => expect(() => parseModel(name)).toThrow(/expects preact-resnet-18 or preact-resnet-34, with -imagenet/),
  );
});
