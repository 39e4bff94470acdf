import { describe, expect, it } from "vitest";
import { initCritic } from "../../src/mi/wasserstein/critic.ts";
import type { WassersteinOptions } from "../../src/mi/wasserstein/options.ts";
import { wassersteinOptions } from "../../src/mi/wasserstein/options.ts";
import { spectralNormalize } from "../../src/mi/wasserstein/spectral-normalize.ts";
import type { CriticTraining } from "../../src/mi/wasserstein/update-critic.ts";
import { updateCritic } from "../../src/mi/wasserstein/update-critic.ts";
import { adam } from "../../src/nn/adam.ts";
import { defaultsOf } from "../../src/options/table.ts";
import { zeros } from "../../src/tensor/ops/creation.ts";
import { mul } from "../../src/tensor/ops/elementwise.ts";
import { key, normal } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";

/** Largest singular value of (m, n) by many power iterations on WᵀW in float64. */
async function largestSingular(weight: AnyTensor): Promise<number> {
  const w = await evaluateReference(weight).data();
  const [m, n] = weight.shape as [number, number];
  let u = Float64Array.from({ length: n }, (_, i) => 1 + ((i * 7919) % 13) / 13);
  let sigma = 0;
  for (let turn = 0; turn < 3000; turn++) {
    const v = Float64Array.from({ length: m }, (_, i) => u.reduce((sum, x, j) => sum + w[i * n + j]! * x, 0));
    const next = Float64Array.from({ length: n }, (_, j) => v.reduce((sum, x, i) => sum + w[i * n + j]! * x, 0));
    const length = Math.hypot(...next);
    sigma = Math.sqrt(length / Math.hypot(...u));
    u = next.map((x) => x / length);
  }
  return sigma;
}

const [n, h, width] = [16, 8, 10];
function fresh(seed: number): CriticTraining {
  let state = initCritic(key(seed), 2 * h, width);
  for (let i = 0; i < 8; i++) state = spectralNormalize(state, "sigma");
  return evaluateReference({ ...state, optimizer: adam().init(state.params) });
}

describe("spectralNormalize", () => {
  it("keeps every weight's largest singular value at most 1 + ε after critic steps", async () => {
    const options = defaultsOf<WassersteinOptions>(wassersteinOptions);
    let critic = fresh(3);
    for (let step = 0; step < 12; step++) {
      const [r, z] = [normal(key(100 + step), [n, h]), normal(key(200 + step), [n, h])];
      critic = evaluateReference(updateCritic(critic, r, z, { options, key: key(step), lr: 1e-3 }));
      for (const weight of [critic.params.hidden.weight, critic.params.out.weight]) {
        const sigma = await largestSingular(weight);
        expect(sigma).toBeLessThanOrEqual(1.01); // power iteration from a persistent vector stays within a percent
        expect(sigma).toBeGreaterThan(0.99);
      }
    }
  });

  it("sqrtSigma leaves √σ behind, and shrinks biases too", async () => {
    const start = initCritic(key(7), 2 * h, width);
    const big = {
      ...start,
      params: {
        hidden: { weight: mul(start.params.hidden.weight, 50), bias: start.params.hidden.bias },
        out: start.params.out,
      },
    };
    const before = await largestSingular(big.params.hidden.weight);
    const { params } = spectralNormalize(big, "sqrtSigma");
    // five iterations from ones underestimate σ a little, so that a little more than √σ stays
    const left = (await largestSingular(params.hidden.weight)) / Math.sqrt(before);
    expect(left).toBeGreaterThan(0.999);
    expect(left).toBeLessThan(1.1);
    const [old, bias] = [
      await evaluateReference(big.params.hidden.bias).data(),
      await evaluateReference(params.hidden.bias).data(),
    ];
    expect(Math.hypot(...bias)).toBeCloseTo(Math.sqrt(Math.hypot(...old)), 10);
  });

  it("leaves weights of zero as they are, not NaN", async () => {
    const start = initCritic(key(7), 2 * h, width);
    const empty = {
      hidden: { weight: zeros([2 * h, width]), bias: zeros([width]) },
      out: { weight: zeros([width, 1]) },
    };
    for (const mode of ["sigma", "sqrtSigma"] as const) {
      const { params, spectral } = spectralNormalize({ ...start, params: empty }, mode);
      for (const x of [params.hidden.weight, params.hidden.bias, params.out.weight, spectral.hidden]) {
        expect([...(await evaluateReference(x).data())].every((value) => Number.isFinite(value))).toBe(true);
      }
    }
  });

  it("does nothing in mode none", () => {
    const start = initCritic(key(7), 2 * h, width);
    expect(spectralNormalize(start, "none")).toBe(start);
  });
});
