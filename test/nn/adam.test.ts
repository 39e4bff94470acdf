import { describe, expect, test } from "vitest";
import { adam, adamW } from "../../src/nn/adam.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { tensor } from "../../src/tensor/tensor.ts";

/** torch.optim.AdamW's single-tensor loop; with weightDecay 0 that of torch.optim.Adam. */
function torchAdam(
  w: number,
  gradients: readonly number[],
  lr: number,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 },
): number {
  let [m, v] = [0, 0];
  gradients.forEach((g, i) => {
    const t = i + 1;
    w *= 1 - lr * weightDecay;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const denominator = Math.sqrt(v) / Math.sqrt(1 - beta2 ** t) + epsilon;
    w -= ((lr / (1 - beta1 ** t)) * m) / denominator;
  });
  return w;
}

const gradients = [0.5, -1.25, 2, 0.75, 1e-4];

async function train(
  optimizer: ReturnType<typeof adam>,
  start: number,
  lr: number,
  precision: "f32" | "f64",
): Promise<{ w: number; count: number }> {
  let params: { w: ReturnType<typeof tensor> } = { w: tensor([start]) };
  let state = optimizer.init(params);
  for (const g of gradients) {
    ({ params, state } = evaluateReference(optimizer.update({ w: tensor([g]) }, state, params, { lr }), { precision }));
  }
  return { w: await params.w.item(), count: await state.count.item() };
}

describe("adam", () => {
  test.each([{}, { beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }])("%o: five steps as PyTorch", async (options) => {
    const { w, count } = await train(adam(options), 2, 0.05, "f64");
    expect(w).toBeCloseTo(torchAdam(2, gradients, 0.05, options), 6);
    expect(count).toBe(gradients.length);
  });

  test("single precision keeps the bias correction: 1 − 0.999 does not cancel", async () => {
    const { w } = await train(adam(), 0, 1, "f32");
    expect(Math.abs(w / torchAdam(0, gradients, 1, {}) - 1)).toBeLessThan(5e-6);
  });
});

describe("adamW", () => {
  test.each([{ weightDecay: 0.1 }, { weightDecay: 0.01, beta1: 0.8 }])(
    "%o: decay apart from the step",
    async (options) => {
      const { w } = await train(adamW(options), 2, 0.05, "f64");
      expect(w).toBeCloseTo(torchAdam(2, gradients, 0.05, options), 6);
    },
  );

  test("decays by 0.01 unless told otherwise", async () => {
    const { w } = await train(adamW(), 2, 0.05, "f64");
    expect(w).toBeCloseTo(torchAdam(2, gradients, 0.05, { weightDecay: 0.01 }), 6);
  });
});
