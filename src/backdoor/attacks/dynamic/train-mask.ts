import { valueAndGrad } from "../../../autodiff/grad.ts";
import { adam } from "../../../nn/adam.ts";
import { add } from "../../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { PrepareContext } from "../../attack.ts";
import { batchesOf, trainAttack } from "../../attack-training.ts";
import type { DeviceData } from "../../device-data.ts";
import { dataOfBatch, imagesOf, isStreamed } from "../../device-data.ts";
import type { Generator, GeneratorParams, GeneratorStats } from "./generator.ts";
import { applyGenerator, initGenerator, threshold } from "./generator.ts";
import { densityLoss, diversityLoss } from "./losses.ts";
import type { Scale } from "./trigger.ts";
import { normalised } from "./trigger.ts";

/** What the networks train on. */
export interface DynamicTraining {
  readonly data: DeviceData;
  readonly scale: Scale;
  /** Channels of a generator's first convolution. */
  readonly width: number;
  /** Images per step. */
  readonly batch: number;
  readonly steps: number;
  /** Two u32 words; the second may count up by 2^20. */
  readonly key: readonly [number, number];
}

/** Of the two generators. */
export const generatorAdam = { beta1: 0.5, beta2: 0.9 } as const;

/** The generators' learning rate: 0.01, a tenth of it after two and again after four fifths of the steps. */
export function generatorRate(step: number, steps: number): AnyTensor {
  return tensor(0.01 * (step < 0.4 * steps ? 1 : step < 0.8 * steps ? 0.1 : 0.01));
}

/** A batch's indices and those of another order. */
export function pairsOf({ key: [first, second], data, batch }: DynamicTraining): (step: number) => Int32Array[] {
  const form = { count: data.labels.shape[0]!, batch };
  const orders = [batchesOf([first, second], form), batchesOf([first, second + 2 ** 18], form)];
  return (step) => orders.map((order) => order(step));
}

/**
 * Trains the mask network alone: masks of at most `density` that differ from image to image.
 *
 *     100·mean(ReLU(m − density)) + mean(‖x₁ − x₂‖ / ‖m₁ − m₂‖),   m = thr(M(x))
 */
export async function trainMask(
  context: PrepareContext,
  training: DynamicTraining,
  density: number,
): Promise<Generator> {
  const { data, scale, width, steps, key } = training;
  const optimizer = adam(generatorAdam);
  const mask = initGenerator(tensor(Uint32Array.from(key)), { channels: data.images.shape[3]!, width, out: 1 });
  const next = pairsOf(training);
  const streamed = isStreamed(data);
  const { params, stats } = await trainAttack(context, {
    stage: "mask",
    steps,
    state: { ...mask, moments: optimizer.init(mask.params) },
    inputs: (step) => {
      const indices = Int32Array.from(next(step).flatMap((half) => [...half]));
      const { images } = dataOfBatch(data, indices);
      return { images, scale, indices: tensor(indices), lr: generatorRate(step, steps) };
    },
    step(state, { images, scale, indices, lr }) {
      const x = normalised(imagesOf({ images }, indices, streamed), scale);
      const objective = (weights: GeneratorParams): { value: AnyTensor; aux: GeneratorStats } => {
        const { y, stats } = applyGenerator({ params: weights, stats: state.stats }, x, { train: true, out: 1 });
        const masks = threshold(y);
        return { value: add(densityLoss(masks, density), diversityLoss(x, masks)), aux: stats };
      };
      const { value, gradient, aux } = valueAndGrad(objective, { hasAux: true })(state.params);
      const moved = optimizer.update(gradient, state.moments, state.params, { lr });
      return { state: { params: moved.params, stats: aux, moments: moved.state }, loss: value };
    },
  });
  return { params, stats };
}
