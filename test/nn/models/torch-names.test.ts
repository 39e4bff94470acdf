import { describe, expect, test } from "vitest";
import { torchAxes, torchNameOf } from "../../../src/nn/models/torch-names.ts";
import { wideResNet } from "../../../src/nn/models/wide-resnet.ts";
import { key } from "../../../src/tensor/random.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { leavesOf } from "../../../src/tensor/tree.ts";

/** Names and shapes of the usual PyTorch code's state dict, without num_batches_tracked. */
function torchStateDict(blocks: number, width: number, classes: number): Record<string, number[]> {
  const dict: Record<string, number[]> = { "conv1.weight": [16, 3, 3, 3] };
  const norm = (name: string, channels: number): void => {
    for (const leaf of ["weight", "bias", "running_mean", "running_var"]) dict[`${name}.${leaf}`] = [channels];
  };
  let from = 16;
  [16, 32, 64].forEach((channels, group) => {
    const to = channels * width;
    for (let i = 0; i < blocks; i++) {
      const layer = `block${group + 1}.layer.${i}`;
      norm(`${layer}.bn1`, from);
      dict[`${layer}.conv1.weight`] = [to, from, 3, 3];
      norm(`${layer}.bn2`, to);
      dict[`${layer}.conv2.weight`] = [to, to, 3, 3];
      if (from !== to) dict[`${layer}.convShortcut.weight`] = [to, from, 1, 1];
      from = to;
    }
  });
  norm("bn1", from);
  dict["fc.weight"] = [classes, from];
  dict["fc.bias"] = [classes];
  return dict;
}

describe("torchNameOf", () => {
  test.each([
    [10, 1, 10],
    [16, 2, 43],
  ])("WRN-%i-%i for %i classes: every array has PyTorch's name and, turned, its shape", (depth, width, classes) => {
    const named: Record<string, number[]> = {};
    for (const { path, value } of leavesOf(wideResNet({ depth, width, classes }).init(key(0)))) {
      const torch = torchNameOf(path);
      const { shape } = value as AnyTensor;
      expect(torch, path).toBeDefined();
      named[torch!.name] = torchAxes[torch!.layout]?.map((axis) => shape[axis]!) ?? [...shape];
    }
    expect(named).toEqual(torchStateDict((depth - 4) / 6, width, classes));
  });

  test("knows no other path", () => {
    for (const path of ["params.layers.0.weight", "params.conv2.weight", "params.fc.gamut", "conv1.weight", ""]) {
      expect(torchNameOf(path)).toBeUndefined();
    }
  });
});
