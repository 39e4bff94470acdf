import { expect, test } from "vitest";
import { parseModel } from "../../../src/nn/models/index.ts";
import { templateNet } from "../../../src/nn/models/template-net.ts";
import { key } from "../../../src/tensor/random.ts";
import { evaluateReference } from "../../../src/tensor/reference.ts";
import { tensor } from "../../../src/tensor/tensor.ts";

const shape = { height: 5, width: 4, channels: 2, classes: 3 };

test("logits are a dense layer on what each pixel differs by from the mean of its neighbours", async () => {
  const { apply } = templateNet(shape);
  const at = (row: number, column: number, channel: number): number =>
    row < 0 || row > 4 || column < 0 || column > 3 ? 0 : Math.sin(1 + row * 8 + column * 2 + channel);
  const pixels = Array.from({ length: 5 }, (_, r) => Array.from({ length: 4 }, (_, c) => [at(r, c, 0), at(r, c, 1)]));
  const weight = Array.from({ length: 40 }, (_, i) => [0, 1, 2].map((k) => Math.cos(i * 3 + k)));
  const params = { fc: { weight: tensor(weight), bias: tensor([1, 2, 3]) } };
  const { logits, z } = apply(params, {}, tensor([pixels]), { train: true });
  const around = [-1, 0, 1];
  const expected = [1, 2, 3].map((bias, k) => {
    let sum = bias;
    for (let i = 0; i < 40; i++) {
      const [r, c, channel] = [i >> 3, (i >> 1) & 3, i & 1];
      const mean = around.flatMap((y) => around.map((x) => at(r + y, c + x, channel))).reduce((a, b) => a + b) / 9;
      sum += (at(r, c, channel) - mean) * weight[i]![k]!;
    }
    return sum;
  });
  const values = await evaluateReference(logits, { precision: "f64" }).data();
  expected.forEach((value, k) => expect(values[k]).toBeCloseTo(value, 5));
  expect(z).toBe(logits);
});

test.each([
  [32, 32, 32 * 32 * 3],
  [64, 64, 32 * 32 * 3],
  [63, 200, 63 * 200 * 3],
  [100, 75, 50 * 37 * 3],
])("of %d×%d pixels it sees %d numbers", (height, width, features) => {
  const { params } = parseModel("template")
    .build({ height, width, channels: 3, classes: 10 })
    .init(key(0)) as unknown as { params: { fc: { weight: { shape: number[] } } } };
  expect(Array.from(params.fc.weight.shape)).toEqual([features, 10]);
});
