import { describe, expect, test } from "vitest";
import { lion } from "../../src/nn/lion.ts";
import type { Optimizer } from "../../src/nn/optimizer.ts";
import { rmsprop } from "../../src/nn/rmsprop.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const gradients = [0.5, -1.25, 2, 0, 1e-4, 0.75];
const rates = [0.1, 0.1, 0.01, 0.3, 0.3, 0.2];

/** The parameter after all steps, the rate a tensor in half of them. */
async function train<S>(optimizer: Optimizer<S>, start: number): Promise<number> {
  let params = { deep: [{ w: tensor([start]) }] };
  let state = optimizer.init(params);
  for (const [i, g] of gradients.entries()) {
    const lr = i % 2 === 0 ? rates[i]! : tensor(rates[i]!);
    const next = optimizer.update({ deep: [{ w: tensor([g]) }] } as typeof params, state, params, { lr });
    ({ params, state } = evaluateReference(next, { precision: "f64" }));
  }
  return params.deep[0]!.w.item();
}

describe("rmsprop", () => {
  /** torch.optim.RMSprop's loop. */
  const torch = (w: number, { decay = 0.99, epsilon = 1e-8 }): number => {
    let v = 0;
    gradients.forEach((g, i) => {
      v = decay * v + (1 - decay) * g * g;
      w -= (rates[i]! * g) / (Math.sqrt(v) + epsilon);
    });
    return w;
  };

  test.each([{}, { decay: 0.5, epsilon: 1e-3 }, { decay: 0 }])("%o: six steps as PyTorch", async (options) => {
    expect(await train(rmsprop(options), 2)).toBeCloseTo(torch(2, options), 5); // gradients and constants pass through f32
  });
});

describe("lion", () => {
  /** Algorithm 2 of the paper. */
  const paper = (w: number, { beta1 = 0.9, beta2 = 0.99, weightDecay = 0 }): number => {
    let m = 0;
    gradients.forEach((g, i) => {
      w -= rates[i]! * (Math.sign(beta1 * m + (1 - beta1) * g) + weightDecay * w);
      m = beta2 * m + (1 - beta2) * g;
    });
    return w;
  };

  test.each([{}, { beta1: 0.5, beta2: 0.6 }, { weightDecay: 0.5 }])("%o: six steps as the paper", async (options) => {
    expect(await train(lion(options), 2)).toBeCloseTo(paper(2, options), 6);
  });

  test("stands still without gradient and momentum", async () => {
    const params = { w: tensor([3]) };
    const { init, update } = lion();
    expect(await evaluateReference(update({ w: tensor([0]) }, init(params), params, { lr: 1 }).params.w).item()).toBe(
      3,
    );
  });
});
