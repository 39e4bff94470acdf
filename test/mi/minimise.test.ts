import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import { makePoints } from "../../src/mi/float64/points.ts";
import { randomStream } from "../../src/mi/float64/random-stream.ts";
import type { Sampler } from "../../src/mi/index.ts";
import { concatenated, dependenceEstimators, estimate, infoNCE } from "../../src/mi/index.ts";
import { adam } from "../../src/nn/adam.ts";
import { defaultsOf } from "../../src/options/table.ts";
import { add } from "../../src/tensor/ops/elementwise.ts";
import { matmul } from "../../src/tensor/ops/matmul.ts";
import { mean } from "../../src/tensor/ops/mean.ts";
import { foldIn, key, normal, split } from "../../src/tensor/random.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

// The encoder z = r·A + noise of two features knows ½ ln |1 + AAᵀ| of r. Each measure makes it forget; a fresh critic agrees.

const batch = 64;
const steps = 260;
const truth = ([a, b, c, d]: number[]): number =>
  0.5 * Math.log((1 + a! * a! + b! * b!) * (1 + c! * c! + d! * d!) - (a! * c! + b! * d!) ** 2);

describe.each(dependenceEstimators)("$name", (estimator) => {
  it("makes information small, and a fresh critic agrees", { timeout: 60_000 }, async () => {
    const defaults = defaultsOf<object>(estimator.options);
    // as wide as z, the default, is two units here; dropout would leave one of them
    const options = estimator.name === "wasserstein" ? { ...defaults, width: 32, dropout: 0 } : defaults;
    const optimizer = adam();
    const device = referenceDevice();
    interface State {
      readonly encoder: { readonly a: AnyTensor };
      readonly moments: ReturnType<typeof optimizer.init>;
      readonly critic: object;
    }
    const step = device.compile(
      ({ encoder, moments, critic }: State, at: Tensor<[2], "u32">, lr: Tensor<[]>): State => {
        const [first, second, third, fourth] = split(at, 4);
        const [r, noise] = [normal(first, [batch, 2]), normal(second, [batch, 2])];
        const encode = (a: AnyTensor): AnyTensor => add(matmul(r, a), noise);
        const z = encode(encoder.a);
        let next = critic;
        for (let i = 0; i < 2; i++) next = estimator.update(next, r, z, { key: foldIn(third, i), lr: 0.02 }, options);
        const gradient = grad(({ a }: State["encoder"]) =>
          mean(estimator.estimate(next, r, encode(a), fourth, options)),
        )(encoder);
        const moved = optimizer.update(gradient, moments, encoder, { lr });
        return { encoder: moved.params, moments: moved.state, critic: next };
      },
    );
    const encoder = {
      a: tensor([
        [1.2, 0.4],
        [-0.4, 1.2],
      ]),
    };
    let state: State = await device.evaluate({
      encoder,
      moments: optimizer.init(encoder),
      critic: estimator.init(key(1), { r: 2, z: 2 }, options),
    });
    const before = truth([...(await state.encoder.a.data())]);
    for (let i = 0; i < steps; i++) state = await step(state, key(i), i < 0.7 * steps ? 0.03 : 0.01);
    const a = [...(await state.encoder.a.data())];
    expect(before).toBeGreaterThan(0.9);
    expect(truth(a)).toBeLessThan(0.02);

    const audit: Sampler = {
      features: { x: 2, y: 2 },
      sample(count, seed) {
        const stream = randomStream(seed);
        const x = makePoints(count, 2, () => stream.normal());
        const y = makePoints(
          count,
          2,
          (i, k) => x.values[2 * i]! * a[k]! + x.values[2 * i + 1]! * a[2 + k]! + stream.normal(),
        );
        return { x, y };
      },
    };
    const { value } = await estimate(infoNCE, concatenated({ hidden: [12] }), audit, {
      steps: 60,
      batch: 48,
      heldOut: 96,
      lr: 0.02,
    });
    expect(value).toBeLessThan(0.06);
  });
});
