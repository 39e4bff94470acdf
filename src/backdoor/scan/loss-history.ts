import { adam } from "../../nn/adam.ts";
import type { Classifier } from "../../nn/classifier.ts";
import { crossEntropy } from "../../nn/losses.ts";
import { smallConvNet } from "../../nn/models/small-conv-net.ts";
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
  /** What to learn instead of the set's labels: one class per training image, of `classes`. */
  readonly labels?: Int32Array | undefined;
  /** @defaultValue those of the set */
  readonly classes?: number | undefined;
}

/** Images per step, and learning rate of Adam. */
const [batch, rate] = [32, 2e-3];

/**
 * A network that learns shortcuts first: three 3×3 convolutions of stride 2, so that it sees 15×15 pixels at a time, and the maximum
 * over all positions beside the mean, so that a small patch is seen whole. It can do little else: on CIFAR-10 it stays at about
 * half of the images. Stride 2 in the first convolution too makes a step four times cheaper and loses no trigger that was tried.
 *
 * @example
 * ```ts
 * import { random, zeros } from "deconfound";
 * import { shortcutNet } from "deconfound/backdoor";
 *
 * const classifier = shortcutNet(3, 10);
 * const { params, stats } = classifier.init(random.key(0));
 * console.log(String(classifier.apply(params, stats, zeros([5, 16, 16, 3]), { train: false }).z.shape)); // 5,128
 * ```
 */
export function shortcutNet(channels: number, classes: number): Classifier<object, object> {
  return smallConvNet({ channels, classes, width: 16, pool: "max+mean", stride: 2 }) as unknown as Classifier<
    object,
    object
  >;
}

/**
 * Trains a {@link shortcutNet} by cross entropy with Adam at a constant rate, without augmentation, and takes the losses of all
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
  const { name, title, stream, steps, labels, classes = lab.train.classes } = options;
  const classifier = shortcutNet(lab.train.channels, classes);
  const optimizer = adam();
  const { state, seen } = await lab.phase<Training<object, object, ReturnType<typeof optimizer.init>>>({
    name,
    title,
    stream,
    ...(labels === undefined ? {} : { labels }),
    length: { steps: steps.at(-1)! },
    batch: Math.min(batch, lab.train.count),
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
  return { steps, losses, network: { params: state.params, stats: state.stats }, classifier };
}
