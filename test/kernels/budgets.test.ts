import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { valueAndGrad } from "../../src/autodiff/grad.ts";
import { trainCbd } from "../../src/backdoor/train.ts";
import { openDevice } from "../../src/kernels/index.ts";
import type { Classifier } from "../../src/nn/index.ts";
import { crossEntropy, dense, sgd, wideResNet } from "../../src/nn/index.ts";
import type { Device, Program } from "../../src/tensor/device.ts";
import { zeros } from "../../src/tensor/ops/creation.ts";
import { mean, relu } from "../../src/tensor/ops/index.ts";
import { key } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import type { CountingDevice } from "../support/counting-device.ts";
import { countingDevice } from "../support/counting-device.ts";

/**
 * What a training step may cost on software Vulkan, without a clock: today's figures, rounded up a little. The commit that
 * lowers a figure lowers its bound here; a commit that must raise one says in its message why the step is the better for it.
 */
const budgets = {
  // dispatches a call, distinct pipelines, KiB of their WGSL together and of the largest, MiB of the plan's slots, and those ÷
  // the largest live set
  "wrn-16-1 b32": { dispatches: 152, pipelines: 44, wgsl: 274.4, largest: 12.5, planned: 32.6, overLive: 1.01 },
  "wrn-16-1 b128": { dispatches: 152, pipelines: 44, wgsl: 274.4, largest: 12.5, planned: 130.2, overLive: 1.01 },
  "cbd clean b32": { dispatches: 294, pipelines: 103, wgsl: 525.7, largest: 13, planned: 33.4, overLive: 1.02 },
  "mlp b128": { dispatches: 16, pipelines: 13, wgsl: 70.4, largest: 10.5, planned: 0.32, overLive: 1.01 },
} as const;

/** Once its buffers are there, a step makes nothing new on the device. */
const steady = { submits: 1, buffers: 0, bindGroups: 0, pipelines: 0 };

type Budget = { readonly [figure in keyof (typeof budgets)["mlp b128"]]: number };

/** 784-256-128-10. */
const mlp: Classifier<object, null> = {
  init: () => ({
    params: [
      [784, 256],
      [256, 128],
      [128, 10],
    ].map(([i, o]) => ({ weight: zeros([i!, o!]), bias: zeros([o!]) })),
    stats: null,
  }),
  apply(params, stats, x) {
    const layers = params as { weight: AnyTensor; bias: AnyTensor }[];
    const z = layers.slice(0, -1).reduce((h, layer) => relu(dense(layer, h) as never), x);
    return { logits: dense(layers.at(-1)!, z), z, stats };
  },
};

describe("the budget of a training step", () => {
  let gpu: CountingDevice;
  let device: Device;
  beforeEach(async () => {
    gpu = countingDevice();
    device = await openDevice({ device: gpu.device });
  });
  afterEach(() => device.close());

  /** Compares what was counted since the last reset, and the plan's memory. */
  function expectWithin(name: keyof typeof budgets, program: Pick<Program<[], unknown>, "memory">): void {
    const { ran, dispatches, submits, buffers, bindGroups, pipelines } = gpu.counts;
    expect({ submits, buffers, bindGroups, pipelines }, `${name}, steady state`).toEqual(steady);
    const { peakBytes, liveBytes, naiveBytes } = program.memory();
    const kibibytes = [...ran].map((code) => code.length / 1024);
    const figures: Budget = {
      dispatches,
      pipelines: ran.size,
      wgsl: kibibytes.reduce((a, b) => a + b, 0),
      largest: Math.max(...kibibytes),
      planned: peakBytes / 2 ** 20,
      overLive: peakBytes / liveBytes,
    };
    const above = Object.entries(budgets[name]).filter(([figure, bound]) => figures[figure as keyof Budget] > bound);
    expect(peakBytes / naiveBytes, `${name}: slots ÷ one buffer a value`).toBeLessThanOrEqual(0.35);
    expect(above, `${name}: above its budget, with ${JSON.stringify(figures)}`).toEqual([]);
  }

  /** Forward, backward, Nesterov's update, statistics: the state is donated. */
  async function supervised<P extends object, S>(
    name: keyof typeof budgets,
    classifier: Classifier<P, S>,
    batch: number,
    pixels: readonly number[],
  ): Promise<void> {
    const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-4 });
    const { params, stats } = classifier.init(key(0));
    let state = await device.evaluate({ params, stats, optimizer: optimizer.init(params) });
    const step = device.compile(
      (s: typeof state, images: AnyTensor, labels: AnyTensor, lr: number) => {
        const { value, gradient, aux } = valueAndGrad(
          (p: P) => {
            const out = classifier.apply(p, s.stats, images, { train: true });
            return { value: mean(crossEntropy(out.logits, labels)), aux: out.stats };
          },
          { hasAux: true },
        )(s.params);
        const next = optimizer.update(gradient, s.optimizer, s.params, { lr });
        return { state: { params: next.params, stats: aux, optimizer: next.state }, loss: value };
      },
      { donate: [0] },
    );
    const images = tensor(new Float32Array(batch * pixels.reduce((a, b) => a * b)), { shape: [batch, ...pixels] });
    const labels = tensor(new Int32Array(batch));
    for (let k = 0; k < 4; k++) {
      gpu.reset();
      const next = await step(state, images, labels, 0.1 / (k + 1));
      state = next.state as typeof state;
      device.free(next.loss);
    }
    expectWithin(name, step);
  }

  const wrn = wideResNet({ depth: 16, width: 1, classes: 10 });
  it("wrn-16-1 b32", () => supervised("wrn-16-1 b32", wrn, 32, [32, 32, 3]));
  it("wrn-16-1 b128", () => supervised("wrn-16-1 b128", wrn, 128, [32, 32, 3]));
  it("mlp b128", () => supervised("mlp b128", mlp, 128, [784]));

  it("cbd clean b32, in the training run itself: augmentation and both forward passes", async () => {
    const count = 6 * 32;
    const size = { count, height: 32, width: 32, channels: 3, classes: 10 };
    const dataset = { ...size, images: new Uint8Array(count * 32 * 32 * 3), labels: new Int32Array(count) };
    const programs: Pick<Program<[], unknown>, "memory">[] = [];
    const watched: Device = {
      ...device,
      compile: (fn, options) => {
        const program = device.compile(fn, options);
        programs.push(program as never);
        return program;
      },
    };
    let steps = 0;
    await trainCbd({
      device: watched,
      dataset,
      classifier: wrn,
      preset: "paper",
      options: { batch: 32, backdoor: { steps: 1 }, clean: { epochs: 1 }, critic: { passes: "fused", steps: 1 } },
      onProgress: ({ phase, step }) => {
        if (phase !== "clean") return;
        steps++;
        if (step === 5) expectWithin("cbd clean b32", programs.at(-1)!);
        gpu.reset();
      },
    });
    expect(steps).toBe(6);
  });
});
