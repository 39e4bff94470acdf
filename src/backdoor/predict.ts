import type { Dataset } from "../data/dataset.ts";
import type { Classifier } from "../nn/classifier.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { Network } from "../nn/network.ts";
import type { Device } from "../tensor/device.ts";
import { softmax } from "../tensor/ops/softmax.ts";
import type { DeviceData } from "./device-data.ts";
import { putDataset } from "./device-data.ts";
import { DivergenceError } from "./divergence-error.ts";
import { evaluationMode } from "./evaluation-mode.ts";
import type { Look } from "./observe.ts";
import { createObserver } from "./observe.ts";

/** What a network says of every image of a set, in evaluation mode, without augmentation. */
export interface Predictions {
  /** `(count, classes)`, row-major. */
  readonly probabilities: Float32Array;
  /** `(count)`: the most probable class; of equal ones the first. */
  readonly classes: Int32Array;
  /** `(count)`: cross entropy against the set's labels, in nats. */
  readonly losses: Float32Array;
}

/**
 * Predicts for a dataset: images on the device, or host tensors of any size, which are uploaded batch by batch.
 *
 * @param count - told the floating-point operations of each call.
 */
export type Predictor<P, S> = (
  network: Network<P, S>,
  data: DeviceData,
  count?: (flops: number) => void,
) => Promise<Predictions>;

/**
 * Compiles evaluation once for a classifier. Every batch has the same size; the last is filled up and cut.
 *
 * @param options.batch - images per call. @defaultValue 100
 * @returns a function that throws DivergenceError where the network's output is NaN.
 * @example
 * ```ts
 * import { random, referenceDevice, tensor } from "deconfound";
 * import { createPredictor } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const [device, { images, labels }] = [referenceDevice(), builtinDataset({ count: 4, size: 12 })];
 * const classifier = smallConvNet({ channels: 3, classes: 10, width: 2 });
 * const predictor = createPredictor(device, classifier, { batch: 2 });
 * const network = await device.evaluate(classifier.init(random.key(0)));
 * const data = device.put({ images: tensor(images, { shape: [4, 12, 12, 3] }), labels: tensor(labels) });
 * console.log((await predictor(network, data)).probabilities.length); // 40
 * ```
 */
export function createPredictor<P, S>(
  device: Device,
  classifier: Classifier<P, S>,
  options: { readonly batch?: number | undefined } = {},
): Predictor<P, S> {
  const observer = createObserver(device, predictionOf(classifier), options.batch);
  return async (network, data, tell) => {
    const { probabilities, losses } = await observer(network, data, { count: tell });
    const count = losses.length;
    checkPredictions(probabilities, count);
    return { probabilities, classes: mostProbable(probabilities, count), losses };
  };
}

/** The look that a prediction is. */
export function predictionOf<P, S>(classifier: Classifier<P, S>): Look<Network<P, S>, "probabilities" | "losses"> {
  return (network, { images, labels }) => {
    const { logits } = classifier.apply(network.params, network.stats, images, evaluationMode);
    return { probabilities: softmax(logits), losses: crossEntropy(logits, labels) };
  };
}

/**
 * {@link createPredictor} for one set that is not on the device.
 *
 * @example
 * ```ts
 * import { random, referenceDevice } from "deconfound";
 * import { predict } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const [device, dataset] = [referenceDevice(), builtinDataset({ count: 4, size: 12 })];
 * const classifier = smallConvNet({ channels: 3, classes: 10, width: 2 });
 * const network = await device.evaluate(classifier.init(random.key(0)));
 * const { classes, probabilities } = await predict(device, classifier, network, dataset);
 * console.log(classes.length, probabilities.length); // 4 40
 * ```
 */
export async function predict<P, S>(
  device: Device,
  classifier: Classifier<P, S>,
  network: Network<P, S>,
  dataset: Dataset,
): Promise<Predictions> {
  const data = putDataset(device, dataset);
  const predictions = await createPredictor(device, classifier)(network, data);
  device.free(data);
  return predictions;
}

/** Weights that are finite can still overflow inside the network. */
function checkPredictions(probabilities: Float32Array, count: number): void {
  const at = probabilities.findIndex(Number.isNaN);
  if (at < 0) return;
  const image = Math.floor(at / (probabilities.length / count));
  throw new DivergenceError(`predict: the network's output for image ${image} is not finite`, [
    "its weights are not finite, or so large that its sums overflow",
  ]);
}

function mostProbable(probabilities: Float32Array, count: number): Int32Array {
  const classes = probabilities.length / count;
  return Int32Array.from({ length: count }, (_, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return row.reduce((best, p, c) => (p > row[best]! ? c : best), 0);
  });
}
