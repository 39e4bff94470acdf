import { describe, expect, test } from "vitest";
import { grad } from "../../../src/autodiff/grad.ts";
import { crossEntropy } from "../../../src/nn/losses.ts";
import type { PreActBlockParams } from "../../../src/nn/models/preact-block.ts";
import type { WrnParams } from "../../../src/nn/models/wide-resnet.ts";
import { wideResNet } from "../../../src/nn/models/wide-resnet.ts";
import { topologicalOrder } from "../../../src/tensor/graph.ts";
import { sum } from "../../../src/tensor/ops/broadcast.ts";
import { key } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { flattenTree, leavesOf } from "../../../src/tensor/tree.ts";

const count = (tree: unknown): number => flattenTree(tree).reduce((total, t) => total + sizeOf(t.shape), 0);
const data = (t: AnyTensor): number[] => {
  const source = evaluateReference(t).node.source;
  if (source?.kind !== "host") throw new Error("not evaluated");
  return [...source.data];
};

/** A batch of images or features in plain numbers. */
interface Maps {
  n: number;
  size: number;
  c: number;
  at: number[];
}

function convolve({ n, size, c, at }: Maps, weight: AnyTensor, stride: number): Maps {
  const [k, , , out] = weight.shape as [number, number, number, number];
  const [w, pad, side] = [data(weight), (k - 1) / 2, Math.ceil(size / stride)];
  const y: Maps = { n, size: side, c: out, at: Array(n * side * side * out).fill(0) };
  y.at = y.at.map((_, i) => {
    const [o, q, r, s] = [
      i % out,
      Math.floor(i / out) % side,
      Math.floor(i / out / side) % side,
      Math.floor(i / out / side / side),
    ];
    let total = 0;
    for (let a = 0; a < k; a++)
      for (let b = 0; b < k; b++) {
        const [row, column] = [r * stride + a - pad, q * stride + b - pad];
        if (row < 0 || column < 0 || row >= size || column >= size) continue;
        for (let d = 0; d < c; d++)
          total += at[((s * size + row) * size + column) * c + d]! * w[((a * k + b) * c + d) * out + o]!;
      }
    return total;
  });
  return y;
}

/** Batch norm with γ = 1, β = 0 and the batch's statistics, then ReLU. */
function activate(x: Maps): Maps {
  const rows = x.at.length / x.c;
  const mean = Array.from({ length: x.c }, (_, d) => x.at.reduce((s, v, i) => s + (i % x.c === d ? v : 0), 0) / rows);
  const variance = mean.map((m, d) => x.at.reduce((s, v, i) => s + (i % x.c === d ? (v - m) ** 2 : 0), 0) / rows);
  return {
    ...x,
    at: x.at.map((v, i) => Math.max(0, (v - mean[i % x.c]!) / Math.sqrt(variance[i % x.c]! + Math.fround(1e-5)))),
  };
}

function block(x: Maps, params: PreActBlockParams, stride: number): Maps {
  const activated = activate(x);
  const y = convolve(activate(convolve(activated, params.conv1.weight, stride)), params.conv2.weight, 1);
  const shortcut = params.convShortcut ? convolve(activated, params.convShortcut.weight, stride) : x;
  return { ...y, at: y.at.map((v, i) => v + shortcut.at[i]!) };
}

describe("wideResNet", () => {
  test.each([
    [10, 1, 10, 77_850, 9, 7],
    [10, 1, 43, 79_995, 9, 7],
    [10, 2, 10, 303_706, 10, 7],
    [10, 2, 43, 307_963, 10, 7],
    [16, 1, 10, 175_066, 15, 13],
    [16, 1, 43, 177_211, 15, 13],
    [16, 2, 10, 691_674, 16, 13],
    [16, 2, 43, 695_931, 16, 13],
    [40, 1, 10, 563_930, 39, 37],
    [40, 1, 43, 566_075, 39, 37],
    [40, 2, 10, 2_243_546, 40, 37],
    [40, 2, 43, 2_247_803, 40, 37],
  ])("WRN-%i-%i for %i classes has %i parameters", (depth, width, classes, parameters, convolutions, norms) => {
    const { params, stats } = wideResNet({ depth, width, classes }).init(key(0));
    expect(count(params)).toBe(parameters);
    const leaves = leavesOf(params).map(({ value }) => value as AnyTensor);
    expect(leaves.filter((leaf) => leaf.shape.length === 4)).toHaveLength(convolutions);
    expect(leavesOf(stats)).toHaveLength(2 * norms);
  });

  test("maps WRN-16-1 by 32×32 images as 16×32×32 → 32×16×16 → 64×8×8", () => {
    const model = wideResNet({ depth: 16, width: 1, classes: 10 });
    const { params, stats } = model.init(key(0));
    const images = tensor(new Float32Array(2 * 32 * 32 * 3), { shape: [2, 32, 32, 3] });
    const { logits, z } = model.apply(params, stats, images, { train: true });
    expect([logits.shape, z.shape]).toEqual([
      [2, 10],
      [2, 64],
    ]);
    const maps = topologicalOrder([z])
      .flatMap((node) => node.outputs.map((type) => type.shape))
      .filter((shape) => shape.length === 4 && shape[0] === 2 && shape[1]! > 1);
    const sizes = new Set(maps.map((shape) => shape.slice(1).join("×")));
    expect([...sizes].sort()).toEqual(["16×16×32", "32×32×16", "32×32×3", "8×8×64"]);
  });

  test("equals the network written out in plain loops", () => {
    const model = wideResNet({ depth: 10, width: 1, classes: 3, channels: 2 });
    const start = model.init(key(7));
    const params = evaluateReference(start.params) as WrnParams;
    const pixels = Array.from({ length: 2 * 8 * 8 * 2 }, (_, i) => ((i * 37) % 64) / 64);
    const { logits, z } = evaluateReference(
      model.apply(params, start.stats, tensor(pixels, { shape: [2, 8, 8, 2] }), { train: true }),
    );
    let x = convolve({ n: 2, size: 8, c: 2, at: pixels }, params.conv1.weight, 1);
    x = block(x, params.block1[0]!, 1);
    x = block(x, params.block2[0]!, 2);
    x = block(x, params.block3[0]!, 2);
    const last = activate(x);
    const area = last.size ** 2;
    const features = Array.from({ length: 2 * 64 }, (_, i) => {
      const own = last.at.filter((_v, j) => j % 64 === i % 64 && Math.floor(j / (area * 64)) === Math.floor(i / 64));
      return own.reduce((a, b) => a + b) / area;
    });
    features.forEach((value, i) => expect(data(z)[i]).toBeCloseTo(value, 11));
    const [w, k] = [data(params.fc.weight), 3];
    const expected = [0, 1].flatMap((s) =>
      [0, 1, 2].map((o) => features.slice(s * 64, s * 64 + 64).reduce((t, f, i) => t + f * w[i * k + o]!, 0)),
    );
    expected.forEach((value, i) => expect(data(logits)[i]).toBeCloseTo(value, 11));
  });

  test("every parameter takes a gradient; training moves every statistic, evaluation none", () => {
    const model = wideResNet({ depth: 10, width: 2, classes: 4, channels: 1 });
    const { params, stats } = evaluateReference(model.init(key(3)));
    const images = tensor(
      Array.from({ length: 3 * 8 * 8 }, (_, i) => ((i * 29) % 61) / 61),
      { shape: [3, 8, 8, 1] },
    );
    const labels = tensor([0, 3, 1], { dtype: "i32" });
    const gradient = grad((p: WrnParams) =>
      sum(crossEntropy(model.apply(p, stats, images, { train: true }).logits, labels)),
    )(params);
    for (const { path, value } of leavesOf(evaluateReference(gradient))) {
      const largest = data(value as AnyTensor).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      expect(largest, path).toBeGreaterThan(1e-12);
    }
    const trained = model.apply(params, stats, images, { train: true }).stats;
    leavesOf(trained).forEach(({ path, value }, i) => {
      expect(data(value as AnyTensor), path).not.toEqual(data(flattenTree(stats)[i]!));
    });
    expect(model.apply(params, stats, images, { train: false }).stats).toEqual(stats);
  });

  test("starts with the authors' distributions, and as drawn from its key", () => {
    const model = wideResNet({ depth: 10, width: 1, classes: 10 });
    const { params } = model.init(key(1));
    const weights = data(params.block3[0]!.conv2.weight); // 9·64·64 values
    const deviation = Math.sqrt(weights.reduce((s, v) => s + v * v, 0) / weights.length);
    expect(deviation / Math.sqrt(2 / (9 * 64))).toBeCloseTo(1, 1); // 3 standard errors are 0.011
    expect(Math.max(...data(params.fc.weight).map(Math.abs))).toBeLessThanOrEqual(Math.fround(1 / 8));
    expect(data(params.fc.bias!)).toEqual(Array(10).fill(0));
    expect(data(params.bn1.gamma)).toEqual(Array(64).fill(1));
    expect(data(model.init(key(1)).params.conv1.weight)).toEqual(data(params.conv1.weight));
    expect(data(model.init(key(2)).params.conv1.weight)).not.toEqual(data(params.conv1.weight));
  });

  test("refuses depths that are not 6n + 4, and widths below 1", () => {
    expect(() => wideResNet({ depth: 18, width: 1, classes: 10 })).toThrow(/depth is 18/);
    expect(() => wideResNet({ depth: 4, width: 1, classes: 10 })).toThrow(/depth is 4/);
    expect(() => wideResNet({ depth: 10, width: 0, classes: 10 })).toThrow(/width is 0/);
  });
});
