import { adam } from "../../nn/adam.ts";
import type { Classifier } from "../../nn/classifier.ts";
import { crossEntropy } from "../../nn/losses.ts";
import { parseModel } from "../../nn/models/index.ts";
import type { Model } from "../../nn/models/model-family.ts";
import type { Network } from "../../nn/network.ts";
import type { Training } from "../../nn/supervised-step.ts";
import { beginTraining, supervisedStep } from "../../nn/supervised-step.ts";
import { tensor } from "../../tensor/tensor.ts";
import type { Lab } from "../lab.ts";

/** The losses of every training image at some points of a training. */
export interface LossHistory {
  /** Steps after which the losses were taken, ascending. */
  readonly steps: readonly number[];
  /** Per look, cross entropy of every image in nats, in evaluation mode without augmentation. */
  readonly losses: readonly Float32Array[];
  /** The network at the end. */
  readonly network: Network<object, object>;
  readonly classifier: Classifier<object, object>;
  /** What kind of network it is, such as `shortcut`. */
  readonly model: string;
}

/** What {@link lossHistory} trains on. */
export interface HistoryOptions {
  /** Name of the lab's phase. */
  readonly name: string;
  /** A line of progress calls it so. */
  readonly title: string;
  /** Number of the phase's random stream; see `Phase.stream`. */
  readonly stream: number;
  /** Steps after which to look, ascending; training ends with the last. */
  readonly steps: readonly number[];
  /** What is trained. @defaultValue the model `shortcut` */
  readonly model?: Model | undefined;
  /** Indices of the images to train on. @defaultValue all */
  readonly samples?: Int32Array | undefined;
  /** What to learn instead of the set's labels: one class per training image, of `classes`. */
  readonly labels?: Int32Array | undefined;
  /** @defaultValue those of the set */
  readonly classes?: number | undefined;
}

const shortcut = parseModel("shortcut");

/** Images per step, and learning rate of Adam. */
const [batch, rate] = [32, 2e-3];

/**
 * Trains a small network by cross entropy with Adam at a constant rate, without augmentation, and takes the losses of all
 * training images on the way. What falls first is what a shortcut explains.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import type { Defence } from "deconfound/backdoor";
 * import { lossHistory, none, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const watching: Defence = {
 *   ...none,
 *   async train(lab) {
 *     const { losses } = await lossHistory(lab, { name: "f_B", title: "f_B", stream: 2, steps: [1, 2] });
 *     console.log(losses.length, losses[0]?.length); // 2 20
 *     return none.train(lab, {});
 *   },
 * };
 * const dataset = builtinDataset({ count: 20, size: 12, classes: 2 });
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * await trainDefence(watching, { device: referenceDevice(), dataset, classifier, options });
 * ```
 */
export async function lossHistory<P, S>(lab: Lab<P, S>, options: HistoryOptions): Promise<LossHistory> {
  const { name, title, stream, steps, model = shortcut, samples, labels, classes = lab.train.classes } = options;
  const classifier = model.build({ ...lab.train, classes });
  const optimizer = adam();
  const { state, seen } = await lab.phase<Training<object, object, ReturnType<typeof optimizer.init>>>({
    name,
    title,
    stream,
    samples,
    labels,
    length: { steps: steps.at(-1)! },
    batch: Math.min(batch, samples?.length ?? lab.train.count),
    augment: "none",
    rates: { lr: { kind: "constant", lr: rate } },
    init: (key) => beginTraining(classifier.init(key(0)), optimizer),
    passes: [
      (state, batch, { key, rates }) =>
        supervisedStep(state, batch, { classifier, optimizer, loss: crossEntropy, key, lr: rates["lr"]! }),
    ],
    at: {
      steps,
      see: async ({ params, stats }) => tensor((await lab.predictBy(classifier, { params, stats }, labels)).losses),
    },
  });
  const losses = await Promise.all(seen.map(async (look) => (await look.data()) as Float32Array));
  return { steps, losses, network: { params: state.params, stats: state.stats }, classifier, model: model.name };
}
