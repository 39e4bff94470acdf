import type { OptionsOf } from "../../options/option.ts";
import type { Defence } from "../defence.ts";
import { confounderOf } from "../defence.ts";
import { trainSupervised } from "../train-supervised.ts";
import { trainWithout } from "./without-suspects.ts";

const options = {
  early: {
    epochs: {
      kind: "integer",
      default: null,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "length of the early model's training; left out: a tenth of the delivered model's epochs",
    },
    lr: { kind: "number", default: 0.05, from: 0, to: 1e9, doc: "learning rate of the early model, constant" },
  },
  confidence: {
    kind: "number",
    default: 0.9,
    from: 0,
    to: 1,
    doc: "the early model knows an image if it gives the image's label a probability above this",
  },
  classes: {
    kind: "choice",
    default: "suspected",
    choices: ["suspected", "all"],
    doc: "where known images are dropped: in the class that has the largest share of them, or in every class",
  },
} as const;

/**
 * JTT turned round. "Just train twice" trains an early model, and then counts more what that model gets wrong. Against poison the other
 * half of that idea is right: poison is learnt first, so what the early model already knows is dropped, and hard clean images count
 * no more than others. The early model knows an image whose label it gives a probability above `confidence`. A new model trains without
 * the known images of the class that has the largest share of them.
 *
 * One class is always suspected, in a clean set too. The suspicion of an image is the early model's probability of its label.
 *
 * Source: Liu et al., Just Train Twice: Improving Group Robustness without Training Group Information (ICML 2021).
 *
 * Deviation: the paper gives misclassified samples a weight of 20 to 100; here known samples get the weight 0.
 * Deviation: the paper chooses the early model's length on labelled validation data; here it is fixed, since there are none.
 * Deviation: a class loses at most half of its images, those that are known best: else an easy class could be lost as a whole.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, jttInverse, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * const { networks } = await trainDefence(jttInverse, { device: referenceDevice(), dataset, classifier, options });
 * console.log(Object.keys(networks).join()); // early,clean
 * ```
 */
export const jttInverse: Defence<OptionsOf<typeof options>> = {
  name: "jtt-inverse",
  summary: "drops what an early model already knows, in the class where that is most, and trains again",
  source: "Liu et al., Just Train Twice (ICML 2021), turned round",
  needs: "nothing",
  options,
  async train(lab, { early, confidence, classes: where }) {
    const { labels, classes } = lab.train;
    const network = await trainSupervised(lab, {
      name: "early",
      title: "early model",
      epochs: early.epochs ?? Math.ceil(lab.training.clean.epochs / 10),
      augment: "none",
      rate: { kind: "constant", lr: early.lr },
      stream: 2,
    });
    const { probabilities } = await lab.predict(network);
    const suspicion = Float32Array.from(labels, (label, i) => probabilities[i * classes + label]!);
    const byClass = Array.from({ length: classes }, (_, label) => {
      const members = Int32Array.from(labels.keys()).filter((i) => labels[i] === label);
      const known = members.filter((i) => suspicion[i]! > confidence);
      return { known, share: known.length / Math.max(1, members.length), most: Math.floor(members.length / 2) };
    });
    const suspected = byClass.reduce((best, own) => (own.share > best.share ? own : best));
    const suspects = new Uint8Array(labels.length);
    for (const { known, most } of where === "all" ? byClass : [suspected]) {
      known.sort((a, b) => suspicion[b]! - suspicion[a]! || a - b);
      for (const i of known.slice(0, most)) suspects[i] = 1;
    }
    return {
      network: await trainWithout(lab, suspects),
      confounder: confounderOf(lab, network),
      suspicion,
      evidence: { dropped: suspects },
    };
  },
};
