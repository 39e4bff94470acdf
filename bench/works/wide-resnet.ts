import { valueAndGrad } from "../../src/autodiff/grad.ts";
import type { SgdState, WrnParams, WrnStats } from "../../src/nn/index.ts";
import { crossEntropy, sgd, wideResNet } from "../../src/nn/index.ts";
import { mean } from "../../src/tensor/ops/index.ts";
import { key } from "../../src/tensor/random.ts";
import { labelsInput, uniformInput } from "../random-values.ts";
import { lossChecks } from "../reference.ts";
import type { Outputs, Work } from "../work.ts";

interface State {
  readonly params: WrnParams;
  readonly stats: WrnStats;
  readonly optimizer: SgdState;
}

const classes = 10;
const pixels = 32;
const settings = { lr: 0.05, momentum: 0.9, weightDecay: 1e-4 };

/** FLOPs of the step's convolutions and of the last layer: forward, and twice that backward but for the images' gradient. */
function stepFlops(batch: number, width: number): number {
  const conv = (at: number, taps: number, from: number, to: number): number => 2 * batch * at * at * taps * from * to;
  const [a, b, c] = [16 * width, 32 * width, 64 * width] as const;
  const group = (at: number, from: number, to: number): number =>
    conv(at, 9, from, to) + 3 * conv(at, 9, to, to) + (from === to ? 0 : conv(at, 1, from, to));
  const first = conv(pixels, 9, 3, 16);
  const rest = group(pixels, 16, a) + group(pixels / 2, a, b) + group(pixels / 4, b, c) + 2 * batch * c * classes;
  return 2 * first + 3 * rest;
}

/** A training step of WRN-16-`width`: forward, backward, batch-norm statistics, SGD with Nesterov momentum and weight decay. */
export function wideResNetStep(width: number, batch: number): Work {
  const network = wideResNet({ depth: 16, width, classes });
  const optimizer = sgd({ momentum: settings.momentum, nesterov: true, weightDecay: settings.weightDecay });
  const work = {
    name: `wrn-16-${width}-step-b${batch}`,
    task: { kind: "wrn", blocks: 2, classes, ...settings },
    inputs: { images: uniformInput([batch, pixels, pixels, 3], 7), labels: labelsInput(batch, classes) },
    initial: (): State => {
      const { params, stats } = network.init(key(0));
      return { params, stats, optimizer: optimizer.init(params) };
    },
    run: (given: object, { images, labels }: Outputs) => {
      const { params, stats, optimizer: momentum } = given as State;
      const { value, gradient, aux } = valueAndGrad(
        (weights: WrnParams) => {
          const { logits, stats: moved } = network.apply(weights, stats, images!, { train: true });
          return { value: mean(crossEntropy(logits, labels!)), aux: moved };
        },
        { hasAux: true },
      )(params);
      const next = optimizer.update(gradient, momentum, params, { lr: settings.lr });
      const state: State = { params: next.params, stats: aux, optimizer: next.state };
      return { state, outputs: { loss: value } };
    },
    flops: stepFlops(batch, width),
    bytes: 0, // what a step must move depends on what is fused: program.profile() tells
  };
  // the second loss sees gradient and update
  return { ...work, reference: () => lossChecks(work, 2, 1e-4) };
}

export const wideResNetSteps: readonly Work[] = [wideResNetStep(1, 32), wideResNetStep(1, 128)];
