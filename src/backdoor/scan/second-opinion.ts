import type { Model } from "../../nn/models/model-family.ts";
import type { Lab } from "../lab.ts";
import type { LossHistory } from "./loss-history.ts";
import { lossHistory } from "./loss-history.ts";
import { bestOutOfFold, outOfFold, twoFolds } from "./out-of-fold.ts";
import { probabilityOfSuspect } from "./refine.ts";

/** A network that tells suspects from the other images. Of its two classes, 1 is "suspect". */
export type Alarm = Pick<LossHistory, "network" | "classifier" | "model">;

/**
 * Whether what sets the suspects apart can be seen in the images: two networks learn "suspect or not", each from one half of the set,
 * and each judges the half that it has not seen.
 *
 * A network that judges images which it trained on knows small sets by heart: 1,000 images of CIFAR-10 without poison, of which 59
 * were suspected, told 100 % of them; one that had not seen them told 25 %.
 *
 * @param suspects - 1 for a suspect, else 0. @param options.steps - of each network. @param options.stream - the first of two numbers of
 * random streams.
 * @returns the probability of "suspect" per image, and the network that judged the other half better.
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import type { Defence } from "deconfound/backdoor";
 * import { none, secondOpinion, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { parseModel, smallConvNet } from "deconfound/nn";
 *
 * const asking: Defence = {
 *   ...none,
 *   async train(lab) {
 *     const suspects = Uint8Array.from({ length: lab.train.count }, (_, i) => (i < 4 ? 1 : 0));
 *     const { probability } = await secondOpinion(lab, suspects, { model: parseModel("template"), steps: 4, stream: 9 });
 *     console.log(probability.length); // 20
 *     return none.train(lab, {});
 *   },
 * };
 * const dataset = builtinDataset({ count: 20, size: 12, classes: 2 });
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * await trainDefence(asking, { device: referenceDevice(), dataset, classifier, options });
 * ```
 */
export async function secondOpinion<P, S>(
  lab: Lab<P, S>,
  suspects: Uint8Array,
  { model, steps, stream }: { readonly model: Model; readonly steps: number; readonly stream: number },
): Promise<{ readonly probability: Float64Array; readonly alarm: Alarm }> {
  const { count } = lab.train;
  const folds = twoFolds(count);
  const opinions: LossHistory[] = [];
  for (const [which, samples] of [folds[1], folds[0]].entries()) {
    opinions.push(
      await lossHistory(lab, {
        name: `suspicion of ${model.name} ${which + 1}`,
        title: `suspicion of ${model.name}, ${which + 1} of 2`,
        stream: stream + which,
        steps: [steps],
        model,
        samples,
        labels: Int32Array.from(suspects),
        classes: 2,
      }),
    );
  }
  const rows = opinions.map(({ losses }) => probabilityOfSuspect(losses, suspects));
  const { network, classifier } = opinions[bestOutOfFold(folds, rows, suspects)]!;
  return { probability: outOfFold(folds, rows, count), alarm: { network, classifier, model: model.name } };
}
