import { valueAndGrad } from "../autodiff/grad.ts";
import type { Dataset } from "../data/dataset.ts";
import type { AdamState } from "../nn/adam.ts";
import { adam } from "../nn/adam.ts";
import type { Classifier } from "../nn/classifier.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { SmallConvNetParams, SmallConvNetStats } from "../nn/models/small-conv-net.ts";
import { smallConvNet } from "../nn/models/small-conv-net.ts";
import type { Batch, Network } from "../nn/network.ts";
import { gather } from "../tensor/ops/gather.ts";
import { mean } from "../tensor/ops/mean.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { tensor } from "../tensor/tensor.ts";
import type { PrepareContext } from "./attack.ts";
import { batchesOf, trainAttack } from "./attack-training.ts";
import type { DeviceData } from "./device-data.ts";
import { dataOfBatch, imagesOf, isStreamed } from "./device-data.ts";

/** The attacker's own model, which an attack is made against. */
export type SurrogateNetwork = Network<SmallConvNetParams, SmallConvNetStats>;
export type SurrogateClassifier = Classifier<SmallConvNetParams, SmallConvNetStats>;

/**
 * The architecture: three convolutions, z maximum and mean over all positions, so that its neurons answer to a small patch too.
 *
 * @param width - channels of the first convolution.
 */
export function surrogateFor({ channels, classes }: Dataset, width: number): SurrogateClassifier {
  return smallConvNet({ channels, classes, width, pool: "max+mean" });
}

/** How a surrogate trains. */
export interface SurrogateTraining {
  readonly data: DeviceData;
  readonly classifier: SurrogateClassifier;
  readonly steps: number;
  /** Images per step. */
  readonly batch: number;
  /** Two u32 words. */
  readonly key: readonly [number, number];
}

const learningRate = 1e-3;
const optimizer = adam();

/** A surrogate in training. */
export interface TrainingSurrogate extends SurrogateNetwork {
  readonly moments: AdamState;
}

/** A fresh surrogate of a key, as a program. */
export function beginSurrogate(
  classifier: SurrogateClassifier,
  [first, second]: readonly [number, number],
): TrainingSurrogate {
  const network = classifier.init(tensor(Uint32Array.of(first, second)));
  return { ...network, moments: optimizer.init(network.params) };
}

/** One step of Adam on a batch as it is. */
export function surrogateStep(
  classifier: SurrogateClassifier,
  state: TrainingSurrogate,
  { images, labels }: Batch,
): { readonly state: TrainingSurrogate; readonly loss: AnyTensor } {
  const { value, gradient, aux } = valueAndGrad(
    (weights: SmallConvNetParams): { value: AnyTensor; aux: SmallConvNetStats } => {
      const { logits, stats } = classifier.apply(weights, state.stats, images, { train: true });
      return { value: mean(crossEntropy(logits, labels)), aux: stats };
    },
    { hasAux: true },
  )(state.params);
  const moved = optimizer.update(gradient, state.moments, state.params, { lr: learningRate });
  return { state: { params: moved.params, stats: aux, moments: moved.state }, loss: value };
}

/** A surrogate, trained on the images as they are. */
export async function trainSurrogate(
  context: PrepareContext,
  { data, classifier, steps, batch, key }: SurrogateTraining,
): Promise<SurrogateNetwork> {
  const next = batchesOf(key, { count: data.labels.shape[0]!, batch });
  const streamed = isStreamed(data);
  const { params, stats } = await trainAttack(context, {
    stage: "surrogate",
    steps,
    state: beginSurrogate(classifier, key),
    inputs: (step) => {
      const indices = next(step);
      return { data: dataOfBatch(data, indices), indices: tensor(indices) };
    },
    step: (state, { data: given, indices }) =>
      surrogateStep(classifier, state, {
        images: imagesOf(given, indices, streamed),
        labels: gather(given.labels, indices),
      }),
  });
  return { params, stats };
}
