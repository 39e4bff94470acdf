import { describe, expect, test } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { ntXent } from "../../src/nn/contrastive-losses.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "../autodiff/values.ts";

describe("ntXent", () => {
  const [zero, one] = [tensor([[0, 0]]), tensor([[1, 2]])];

  test("of one pair is 0: there is nothing to mistake the other view for; zeros get gradient 0", () => {
    expect(values(ntXent(zero, one))).toEqual([0, 0]);
    expect(values(grad((x: AnyTensor) => sum(ntXent(x, one)))(zero))).toEqual([0, 0]);
  });

  test("lengths do not matter, and opposite views lose most", () => {
    const x = tensor([
      [1, 0],
      [0, 1],
    ]);
    const y = tensor([
      [-3, 0],
      [0, -0.5],
    ]);
    const most = Math.log(2 * Math.exp(0) + Math.exp(-2)) + 2;
    for (const loss of values(ntXent(x, y, { temperature: 0.5 })) as number[]) expect(loss).toBeCloseTo(most, 6);
  });

  test("refuses what are no pairs", () => {
    expect(() =>
      ntXent(
        zero,
        tensor([
          [1, 2],
          [3, 4],
        ]) as AnyTensor,
      ),
    ).toThrow("ntXent: f32[1,2] and f32[2,2] are not pairs");
    expect(() => ntXent(tensor([1]), tensor([1]))).toThrow(/expects \(n, d\) twice/);
  });
});
