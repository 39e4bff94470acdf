import { crossEntropy } from "../../nn/losses.ts";
import type { OptionsOf } from "../../options/option.ts";
import { neg } from "../../tensor/ops/elementwise.ts";
import type { Defence } from "../defence.ts";
import { confounderOf } from "../defence.ts";
import { trainSupervised } from "../train-supervised.ts";
import { isolationLoss } from "./abl/isolation-loss.ts";

const options = {
  isolation: {
    epochs: {
      kind: "integer",
      default: null,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "length of the first stage; left out: a fifth of the delivered model's epochs, as 20 of 100",
    },
    lr: { kind: "number", default: 0.1, from: 0, to: 1e9, doc: "learning rate of the first stage, constant" },
    loss: {
      kind: "choice",
      default: "lga",
      choices: ["lga", "flooding", "crossEntropy"],
      doc: "how its loss is held at gamma: local gradient ascent, flooding, or not at all",
    },
    gamma: { kind: "number", default: 0.5, from: 0, to: 100, unit: "nats", doc: "γ: where the loss is held" },
    of: {
      kind: "choice",
      default: "batch",
      choices: ["batch", "sample"],
      doc: "what is held there: the mean loss of a batch, or the loss of each sample",
    },
  },
  share: {
    kind: "number",
    default: 0.01,
    from: 0,
    to: 1,
    doc: "share of the training set that is isolated, at least one image: those of the lowest loss",
  },
  unlearning: {
    epochs: {
      kind: "integer",
      default: 5,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "length of the last stage, over the isolated images; 0: without it",
    },
    lr: { kind: "number", default: 5e-4, from: 0, to: 1e9, doc: "learning rate of the last stage, constant" },
  },
} as const;

/**
 * ABL, anti-backdoor learning, in three stages of one network:
 *
 * 1. *Isolation*: trains on all images without augmentation while the mean loss of each batch is held at γ, see {@link isolationLoss}.
 *    Poison is learnt faster, so its loss falls below.
 * 2. *Tuning*: goes on, by plain training, with all images but the 1 % of the lowest loss, as seen in evaluation mode.
 * 3. *Unlearning*: minimizes −CE on the isolated images.
 *
 * The suspicion of an image is minus its loss after isolation. Without the method's terms: `isolation.loss=crossEntropy` and
 * `unlearning.epochs=0`.
 *
 * Source: Li et al., Anti-Backdoor Learning (NeurIPS 2021); lengths, rates and the batch's mean as in the authors' code.
 *
 * Deviation: tuning is as long as the delivered model of other defences trains, at its rate; the authors' takes 60 epochs of 100.
 * Deviation: the accuracy of the target class is lost more often than the paper's tables show, since the authors leave that class out of
 * them. Here it is counted and flagged.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { abl, badnets, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, share: 0.1 };
 * const { networks } = await trainDefence(abl, { device: referenceDevice(), dataset, classifier, options });
 * console.log(Object.keys(networks).join()); // isolation,tuning,clean
 * ```
 */
export const abl: Defence<OptionsOf<typeof options>> = {
  name: "abl",
  summary: "isolates what is learnt fast, trains on the rest, and unlearns what was isolated",
  source: "Li et al., Anti-Backdoor Learning: Training Clean Models on Poisoned Data (NeurIPS 2021)",
  needs: "nothing",
  options,
  async train(lab, { isolation, share, unlearning }) {
    const { count } = lab.train;
    const isolating = await trainSupervised(lab, {
      name: "isolation",
      title: "isolation",
      epochs: isolation.epochs ?? Math.ceil(lab.training.clean.epochs / 5),
      augment: "none",
      rate: { kind: "constant", lr: isolation.lr },
      stream: 2,
      loss: isolationLoss(isolation),
    });
    const { losses } = await lab.predict(isolating);
    const order = Int32Array.from(losses.keys()).sort((a, b) => losses[a]! - losses[b]! || a - b);
    const isolated = Math.max(1, Math.min(count - 1, Math.floor(share * count)));
    const tuned = await trainSupervised(lab, {
      name: "tuning",
      title: "tuning",
      samples: order.slice(isolated).sort(),
      start: isolating,
    });
    const network = await trainSupervised(lab, {
      name: "clean",
      title: "unlearning",
      samples: order.slice(0, isolated).sort(),
      epochs: unlearning.epochs,
      rate: { kind: "constant", lr: unlearning.lr },
      stream: 3,
      start: tuned,
      loss: (logits, labels) => neg(crossEntropy(logits, labels)),
    });
    return {
      network,
      confounder: confounderOf(lab, isolating),
      suspicion: losses.map((loss) => -loss),
      evidence: { loss: losses },
    };
  },
};
