import type { OptionsOf } from "../../options/option.ts";
import { mul } from "../../tensor/ops/elementwise.ts";
import { key } from "../../tensor/random.ts";
import { tensor } from "../../tensor/tensor.ts";
import { mapTree } from "../../tensor/tree.ts";
import { cosineRate } from "../cosine-rate.ts";
import type { Defence } from "../defence.ts";
import { evaluationMode } from "../evaluation-mode.ts";
import { trainSupervised } from "../train-supervised.ts";
import { trainUndefended } from "../undefended.ts";
import { dormantChannels } from "./fp/dormant.ts";
import { headOf } from "./head-of.ts";

const options = {
  prune: {
    kind: "number",
    default: 1,
    from: 0,
    to: 1,
    doc: "share of the channels that is pruned at most; 0: none, which leaves plain fine-tuning",
  },
  drop: {
    kind: "number",
    default: 0.1,
    from: 0,
    to: 1,
    doc: "share of the accuracy on the clean images that pruning may cost",
  },
  tuning: {
    epochs: {
      kind: "integer",
      default: 100,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "length of fine-tuning over the clean images",
    },
    lr: { kind: "number", default: 0.01, from: 0, to: 1e9, doc: "its learning rate, which falls along a cosine to 0" },
  },
} as const;

/** What errors say of a model that does not name its last layer. */
const lastLayer = { method: "fp", use: "prunes what the last layer reads" };

/**
 * FP, fine-pruning, in three stages:
 *
 * 1. Trains as if nothing were wrong.
 * 2. *Pruning*: the channels of the last convolution's output that are least active on clean images, see {@link dormantChannels}. A
 *    backdoor may live in channels that clean images leave dormant. They go in steps of 1 %, until the next step would cost more than
 *    `drop` of the accuracy on the clean images.
 * 3. *Fine-tuning* on the clean images, in which pruned channels stay silent.
 *
 * The channels are those of z, the mean over positions, and a pruned one is a row of zeros in the last layer's weight. The images that
 * pruning is judged on have not been tuned on yet, so no part of them must be held back; test images are never looked at.
 *
 * Without the method's term: `fp.prune=0`.
 *
 * Source: Liu, Dolan-Gavitt and Garg, Fine-Pruning: Defending Against Backdooring Attacks on Deep Neural Networks (RAID 2018), sections
 * 4.2 and 4.3; lengths and rates as in BackdoorBench.
 *
 * Deviation: BackdoorBench prunes one channel less than its step says in each step, judges by test accuracy, and keeps the network that
 * the last step spoilt. Here a step is whole, clean images judge, and the step that costs too much is not taken.
 * Deviation: where z may be negative, as in networks that end with a sum, channels are ranked by their mean absolute value.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, cleanSubset, fp, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset, poisoned } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const clean = cleanSubset(dataset, { share: 0.2, without: poisoned });
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, tuning: { epochs: 1 } };
 * const { networks } = await trainDefence(fp, { device: referenceDevice(), dataset, clean, classifier, options });
 * console.log(Object.keys(networks).join()); // undefended,clean
 * ```
 */
export const fp: Defence<OptionsOf<typeof options>> = {
  name: "fp",
  summary: "prunes channels that clean images leave dormant, and fine-tunes on the clean images",
  source: "Liu, Dolan-Gavitt and Garg, Fine-Pruning (RAID 2018)",
  needs: "cleanSubset",
  options,
  async train(lab, { prune, drop, tuning }) {
    headOf(lab, lab.fresh("clean", key(0)), lastLayer); // before anything trains
    const network = await trainUndefended(lab, "undefended");
    const head = headOf(lab, network, lastLayer);
    const [channels, classes] = head.weight.shape as [number, number];
    const { z } = await lab.observe(
      network,
      ({ params, stats }, { images }) => ({ z: lab.classifier.apply(params, stats, images, evaluationMode).z }),
      undefined,
      "clean",
    );
    const weight = await head.weight.data();
    const bias = head.bias === undefined ? new Float32Array(classes) : await head.bias.data();
    const pruned = dormantChannels(
      { features: z, labels: lab.clean!.labels, weight, bias },
      { step: Math.ceil(channels / 100), drop, most: Math.floor(prune * channels) },
    );
    const kept = Float32Array.from({ length: channels }, (_, channel) => (pruned.includes(channel) ? 0 : 1));
    const mask = tensor(kept, { shape: [channels, 1] });
    const silence = (params: typeof network.params): typeof network.params => {
      const { weight: own } = headOf(lab, { params, stats: network.stats }, lastLayer);
      return mapTree(params, (leaf) => (leaf === own ? mul(own, mask) : leaf)) as typeof network.params;
    };
    const tuned = await trainSupervised(lab, {
      name: "clean",
      title: "fine-tuning",
      images: "clean",
      stream: 2,
      epochs: tuning.epochs,
      rate: cosineRate(tuning),
      start: { params: silence(network.params), stats: network.stats },
      hold: silence,
    });
    return { network: tuned };
  },
};
