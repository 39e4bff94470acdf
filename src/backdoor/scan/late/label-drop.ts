import type { Classifier } from "../../../nn/classifier.ts";
import type { Network } from "../../../nn/network.ts";
import { div, mul, round } from "../../../tensor/ops/elementwise.ts";
import type { Lab } from "../../lab.ts";

/** Grey levels per channel that are left. */
const levels = 16;

/** What rounding the images does to a network's predictions. */
export interface LabelDrop {
  /** Per image, probability of its label before less that after: −1 … 1. */
  readonly drop: Float64Array;
  /** The most probable class of the rounded image. */
  readonly classes: Int32Array;
}

/** A classifier that sees images of 16 grey levels per channel, round(15·x)/15. */
export function coarseLevels<P, S>(classifier: Classifier<P, S>): Classifier<P, S> {
  return {
    init: classifier.init,
    apply: (params, stats, images, options) =>
      classifier.apply(params, stats, div(round(mul(images, levels - 1)), levels - 1), options),
  };
}

/**
 * How much an undefended network believes in each label because of detail that rounding destroys. A network learns a warp as "this
 * image is smooth", since interpolation takes the highest frequencies away. Rounding puts some back, and the poison looks like what
 * it shows; a clean image looks the same before and after.
 *
 * @param network - of the lab's classifier.
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import type { Defence } from "deconfound/backdoor";
 * import { labelDrop, none, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const plain: Defence = {
 *   ...none,
 *   async train(lab, options) {
 *     const { network } = await none.train(lab, options);
 *     return { network, suspicion: (await labelDrop(lab, network)).drop };
 *   },
 * };
 * const dataset = builtinDataset({ count: 20, size: 12, classes: 2 });
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * const trained = await trainDefence(plain, { device: referenceDevice(), dataset, classifier, options });
 * console.log(trained.suspicion?.length); // 20
 * ```
 */
export async function labelDrop<P, S>(lab: Lab<P, S>, network: Network<P, S>): Promise<LabelDrop> {
  const { labels, classes } = lab.train;
  const before = await lab.predict(network);
  const after = await lab.predictBy(coarseLevels(lab.classifier), network);
  const drop = Float64Array.from(labels, (label, i) => {
    const at = i * classes + label;
    return before.probabilities[at]! - after.probabilities[at]!;
  });
  return { drop, classes: after.classes };
}
