import type { Classifier } from "../../../nn/classifier.ts";
import { crossEntropy } from "../../../nn/losses.ts";
import { sgd } from "../../../nn/sgd.ts";
import { beginTraining, supervisedStep } from "../../../nn/supervised-step.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { Lab } from "../../lab.ts";
import { outOfFold, twoFolds } from "../out-of-fold.ts";
import { contentNet } from "./content-net.ts";

/** Steps of each of the two networks, images per step, and the learning rate at the start. */
const [steps, batch, rate] = [1248, 64, 0.1];
const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });

/**
 * What each image looks like to a {@link contentNet} that trained on the other half of the set: a network that has seen an image
 * with a wrong label may have learnt it by heart, one that has not calls it by what it shows.
 *
 * @param streams - numbers of the two phases' random streams.
 * @returns `(count, classes)`, row-major: probabilities.
 */
export async function contentOf<P, S>(lab: Lab<P, S>, streams: readonly [number, number]): Promise<Float64Array> {
  const { train, training } = lab;
  const classifier = contentNet(train.channels, train.classes) as unknown as Classifier<object, object>;
  const folds = twoFolds(train.count);
  const rows: Float32Array[] = [];
  for (const [which, samples] of [folds[1], folds[0]].entries()) {
    const size = Math.min(batch, samples.length);
    const { seen } = await lab.phase({
      name: `content ${which + 1}`,
      title: `content model ${which + 1} of 2`,
      stream: streams[which]!,
      samples,
      length: { steps },
      batch: size,
      augment: training.clean.augment === "none" ? "none" : "crop+flip", // mirrors only where training may mirror
      rates: { lr: { kind: "cosine", lr: rate, epochs: steps / Math.ceil(samples.length / size), floor: 0 } },
      init: (key) => beginTraining(classifier.init(key(0)), optimizer),
      passes: [
        (state, batch, { key, rates }) =>
          supervisedStep(state, batch, { classifier, optimizer, loss: crossEntropy, key, lr: rates["lr"]! }),
      ],
      at: {
        steps: [steps],
        see: async ({ params, stats }) =>
          tensor((await lab.predictBy(classifier, { params, stats })).probabilities, {
            shape: [train.count, train.classes],
          }),
      },
    });
    rows.push((await seen[0]!.data()) as Float32Array);
  }
  return outOfFold(folds, rows, train.count);
}
