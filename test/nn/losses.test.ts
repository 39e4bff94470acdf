import { describe, expect, test } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { crossEntropy, generalizedCrossEntropy, symmetricCrossEntropy } from "../../src/nn/losses.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { values } from "../autodiff/values.ts";

const logits = [
  [1.5, -0.25, 0],
  [-2, 3, 0.5],
  [0, 0, 0],
];
const labels = [0, 2, 1];
const probabilities = logits.map((row) => {
  const total = row.reduce((s, a) => s + Math.exp(a), 0);
  return row.map((a) => Math.exp(a) / total);
});
const labelTensor = tensor(labels, { dtype: "i32" });

function expectClose(actual: unknown, expected: readonly number[], digits = 12): void {
  expected.forEach((value, i) => expect((actual as number[])[i]).toBeCloseTo(value, digits));
}

describe("crossEntropy", () => {
  test("is −ln p(label), one loss an example", () => {
    const loss = crossEntropy(tensor(logits), labelTensor);
    expect(loss.shape).toEqual([3]);
    expectClose(
      values(loss),
      labels.map((label, i) => -Math.log(probabilities[i]![label]!)),
    );
  });

  test("its gradient is softmax − oneHot", () => {
    const g = grad((x: AnyTensor) => sum(crossEntropy(x, labelTensor)))(tensor(logits));
    expectClose(
      values(g),
      probabilities.flatMap((row, i) => row.map((p, k) => p - (k === labels[i] ? 1 : 0))),
    );
  });

  test("logits of ±1000 neither overflow nor lose the loss, in single precision too", async () => {
    const far = tensor([
      [1000, -1000],
      [1000, -1000],
    ]);
    const loss = (x: AnyTensor): AnyTensor => crossEntropy(x, tensor([0, 1], { dtype: "i32" }));
    const g = grad((x: AnyTensor) => sum(loss(x)))(far);
    expect([...(await evaluateReference(loss(far), { precision: "f32" }).data())]).toEqual([0, 2000]);
    expect([...(await evaluateReference(g, { precision: "f32" }).data())]).toEqual([0, 0, 1, -1]);
  });

  test("an empty batch has no losses", () => {
    expect(values(crossEntropy(tensor([], { shape: [0, 3] }), tensor([], { dtype: "i32" })))).toEqual([]);
  });

  test("refuses labels of another length or dtype", () => {
    expect(() => crossEntropy(tensor(logits), tensor([1], { dtype: "i32" }))).toThrow(/do not fit/);
    expect(() => crossEntropy(tensor(logits), tensor(labels))).toThrow(/takes i32, not f32/);
  });
});

describe("generalizedCrossEntropy", () => {
  test.each([
    [0.5, 12],
    [0.25, 12],
    [1, 12],
    [0.7, 6], // q and 1/q are f32 constants of the program
  ])("q = %f: (1 − p^q)/q", (q, digits) => {
    expectClose(
      values(generalizedCrossEntropy(tensor(logits), labelTensor, { q })),
      labels.map((label, i) => (1 - probabilities[i]![label]! ** q) / q),
      digits,
    );
  });

  test("its gradient is cross entropy's times p^q", () => {
    const g = grad((x: AnyTensor) => sum(generalizedCrossEntropy(x, labelTensor, { q: 0.5 })))(tensor(logits));
    expectClose(
      values(g),
      probabilities.flatMap((row, i) => row.map((p, k) => row[labels[i]!]! ** 0.5 * (p - (k === labels[i] ? 1 : 0)))),
    );
  });

  test("a sure right answer loses ≈ 1 − p, not 0, in single precision", async () => {
    const sure = tensor([[18, 0]]); // 1 − p ≈ 1.5e-8 is below half an ulp of 1
    const loss = generalizedCrossEntropy(sure, tensor([0], { dtype: "i32" }), { q: 0.5 });
    const exact = -Math.expm1(-0.5 * Math.log1p(Math.exp(-18))) / 0.5;
    expect((values(loss) as number[])[0]! / exact).toBeCloseTo(1, 6);
  });

  test("refuses q outside (0, 1]", () => {
    expect(() => generalizedCrossEntropy(tensor(logits), labelTensor, { q: 0 })).toThrow(/q is 0/);
    expect(() => generalizedCrossEntropy(tensor(logits), labelTensor, { q: 1.5 })).toThrow(/q is 1.5/);
  });
});

describe("symmetricCrossEntropy", () => {
  test("α·CE − β·Σ p·ln y, with ln 0 counted as ln 1e-4", () => {
    const reverse = probabilities.map((row, i) =>
      row.reduce((total, p, k) => total - p * Math.log(k === labels[i] ? 1 : 1e-4), 0),
    );
    const plain = probabilities.map((row, i) => -Math.log(row[labels[i]!]!));
    const found = (options?: { alpha: number; beta: number }): unknown =>
      values(symmetricCrossEntropy(tensor(logits), labelTensor, options));
    expectClose(
      found(),
      plain.map((loss, i) => 0.1 * loss + reverse[i]!),
      5, // the factors are f32 constants of the program
    );
    expectClose(found({ alpha: 1, beta: 0 }), plain);
    expectClose(
      found({ alpha: 0, beta: 0.5 }),
      reverse.map((loss) => loss / 2),
      5,
    ); // prettier-ignore
  });

  test("is bounded in its reverse part, so that a wrong label pulls less the surer the prediction is", () => {
    const pull = (x: number): number => {
      const slope = grad((z: AnyTensor) =>
        sum(symmetricCrossEntropy(z, tensor([1], { dtype: "i32" }), { alpha: 0, beta: 1 })),
      )(tensor([[x, 0]]));
      return (values(slope) as number[])[0]!;
    };
    expect(pull(4)).toBeLessThan(pull(1));
    expect(pull(30)).toBeLessThan(1e-10);
  });
});
