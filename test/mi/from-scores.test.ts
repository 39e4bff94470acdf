import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { wassersteinDependence } from "../../src/mi/wasserstein/from-scores.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const item = async (x: AnyTensor): Promise<number> => (await evaluateReference(x).data())[0]!;
describe("wassersteinDependence", () => {
  it("is the mean of the diagonal less the mean of the rest", async () => {
    const scores = tensor([
      [3, 1],
      [0, 5],
    ]);
    expect(await item(wassersteinDependence.value(scores))).toBe(4 - 0.5);
  });

  it("has the gradient I/n − 1/(n(n−1)) off the diagonal", async () => {
    const n = 4;
    const g = await evaluateReference(
      grad((s: AnyTensor) => wassersteinDependence.value(s))(tensor(new Float32Array(16), { shape: [n, n] })),
    ).data();
    g.forEach((value, at) => expect(value).toBeCloseTo(at % (n + 1) === 0 ? 1 / n : -1 / (n * (n - 1)), 7));
  });

  it("refuses what is not a square of at least two pairs", () => {
    expect(() => wassersteinDependence.value(tensor([[1]]))).toThrow("wassersteinDependence: scores are f32[1,1]");
    expect(() => wassersteinDependence.value(tensor([1, 2]))).toThrow("expects f32[n,n] with n ≥ 2");
  });
});
