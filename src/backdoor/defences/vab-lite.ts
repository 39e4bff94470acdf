import { adam } from "../../nn/adam.ts";
import type { Optimizer } from "../../nn/optimizer.ts";
import type { OptionsOf } from "../../options/option.ts";
import type { Defence } from "../defence.ts";
import { evaluationMode } from "../evaluation-mode.ts";
import { trainSupervised } from "../train-supervised.ts";
import { entropyOf } from "./vab-lite/entropy.ts";
import { movingEntropies, scaledToOne } from "./vab-lite/unsure.ts";
import { trainWithout } from "./without-suspects.ts";

const options = {
  victim: {
    epochs: {
      kind: "integer",
      default: null,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "length of the poisoned network's training, first on all images, then in each round on the suspects; left out: a tenth of the delivered model's epochs",
    },
    lr: { kind: "number", default: 1e-3, from: 0, to: 1e9, doc: "learning rate of the poisoned network, by Adam" },
  },
  rounds: {
    kind: "integer",
    default: 2,
    from: 0,
    to: 100,
    doc: "how often the poisoned network trains on the suspects alone and names them again",
  },
  newest: { kind: "number", default: 0.75, from: 0, to: 1, doc: "weight of the newest entropy in its running mean" },
  threshold: {
    kind: "number",
    default: 0.2,
    from: 0,
    to: 1,
    doc: "suspects have an entropy below this share of the range; round k has at least 1 − 0.4·k",
  },
} as const;

/** By how much the threshold falls from round to round. */
const fall = 0.4;

/**
 * V&B, victim and beneficiary, without its semi-supervised part:
 *
 * 1. A poisoned network, the victim, trains briefly on all images. Where its prediction has little entropy, see {@link entropyOf}, it is
 *    sure early, as it is of poison. Entropies are scaled to the range from 0 to 1; those below a threshold are suspects.
 * 2. In each round it trains on the suspects alone, which makes it surer of poison and less sure of what it then sees no more. The running
 *    mean of the entropies names the suspects again, at a lower threshold.
 * 3. A new model trains without the suspects.
 *
 * The suspicion of an image is 1 − its scaled entropy. Without the method's term: `threshold=0`, which drops nothing.
 *
 * Source: Zhu et al., The Victim and The Beneficiary: Exploiting a Poisoned Model to Train a Clean Model on Poisoned Data (ICCV 2023);
 * thresholds and weights as in the authors' code.
 *
 * Deviation: lite. The delivered model trains without the suspects; the paper also blends images by attention, and in the second half
 * takes suspects in as unlabelled. That costs about 5 trainings instead of 1.3.
 * Deviation: the last epoch is delivered; the authors' code keeps the epoch of the best accuracy on the test set.
 * Deviation: the poisoned network is like the delivered one, and without weight decay of its own; the authors take a ResNet-18.
 * Deviation: Adam begins anew in each round; in the authors' code its moments go on.
 * Deviation: a stage is a tenth of the delivered model's training, for sets in which an epoch has few steps; the authors take one epoch.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, poison, trainDefence, vabLite } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * const { networks } = await trainDefence(vabLite, { device: referenceDevice(), dataset, classifier, options });
 * console.log(Object.keys(networks).join()); // victim,victim-1,victim-2,clean
 * ```
 */
export const vabLite: Defence<OptionsOf<typeof options>> = {
  name: "vab-lite",
  summary: "drops the images of which a poisoned network is sure early, and trains again",
  source: "Zhu et al., The Victim and The Beneficiary (ICCV 2023), without its semi-supervised part",
  needs: "nothing",
  options,
  async train(lab, { victim, rounds, newest, threshold }) {
    const stage = {
      epochs: victim.epochs ?? Math.ceil(lab.training.clean.epochs / 10),
      rate: { kind: "constant", lr: victim.lr },
      optimizer: adam() as unknown as Optimizer<object>,
    } as const;
    let network = await trainSupervised(lab, { ...stage, name: "victim", title: "poisoned model", stream: 2 });
    let entropies: Float64Array | undefined;
    let [scaled, suspects]: [Float64Array, Int32Array] = [new Float64Array(0), new Int32Array(0)];
    for (let round = 1; ; round++) {
      const { entropy } = await lab.observe(network, ({ params, stats }, { images }) => ({
        entropy: entropyOf(lab.classifier.apply(params, stats, images, evaluationMode).logits),
      }));
      entropies = movingEntropies(entropies, entropy, newest);
      scaled = scaledToOne(entropies);
      const level = round > rounds ? threshold : Math.max(1 - fall * round, threshold);
      suspects = Int32Array.from(scaled.keys()).filter((i) => scaled[i]! < level);
      if (round > rounds || suspects.length === 0) break;
      network = await trainSupervised(lab, {
        ...stage,
        name: `victim-${round}`,
        title: `poisoned model, round ${round}`,
        samples: suspects,
        stream: 2 + round,
        start: network,
      });
    }
    const dropped = new Uint8Array(scaled.length);
    for (const i of suspects) dropped[i] = 1;
    const suspicion = scaled.map((value) => 1 - value);
    return { network: await trainWithout(lab, dropped), suspicion, evidence: { entropy: entropies, dropped } };
  },
};
