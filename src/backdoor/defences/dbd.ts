import { symmetricCrossEntropy } from "../../nn/losses.ts";
import type { OptionsOf } from "../../options/option.ts";
import { key } from "../../tensor/random.ts";
import type { Defence } from "../defence.ts";
import { evaluationMode } from "../evaluation-mode.ts";
import { trainSelfSupervised } from "./dbd/self-supervised.ts";
import { trainSemiSupervised } from "./dbd/semi-supervised.ts";
import { lastLayer, trainLastLayer } from "./dbd/warm-up.ts";
import { headOf } from "./head-of.ts";

const options = {
  selfSupervised: {
    epochs: {
      kind: "integer",
      default: null,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "length of training without labels; left out: the delivered model's epochs of other defences",
    },
    batch: {
      kind: "integer",
      default: 64,
      from: 1,
      to: 65_536,
      unit: "images",
      doc: "images per step of it, at most the set; each is told from all others",
    },
    lr: { kind: "number", default: 0.05, from: 0, to: 1e9, doc: "its learning rate, which falls along a cosine to 0" },
    temperature: { kind: "number", default: 0.5, from: 1e-3, to: 100, doc: "τ of its loss" },
  },
  warmUp: {
    epochs: {
      kind: "integer",
      default: null,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "how long the last layer is trained alone; left out: a quarter of those epochs",
    },
    lr: { kind: "number", default: 0.002, from: 0, to: 1e9, doc: "its learning rate, by Adam" },
  },
  semi: {
    epochs: {
      kind: "integer",
      default: null,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "length of training with some of the labels; left out: half of those epochs",
    },
    labelled: {
      kind: "number",
      default: 0.5,
      from: 1e-3,
      to: 1,
      doc: "ε: share of each batch that keeps its label, at least one image: those of the lowest loss; 1: all",
    },
    lr: { kind: "number", default: 0.002, from: 0, to: 1e9, doc: "its learning rate, by Adam" },
    temperature: { kind: "number", default: 0.5, from: 0.01, to: 1, doc: "T: below 1, guesses are made surer" },
    alpha: { kind: "number", default: 0.75, from: 0.01, to: 100, doc: "α of Beta(α, α), by which images are mixed" },
    weight: { kind: "number", default: 15, from: 0, to: 1e9, doc: "λ_u at the end: weight of images without label" },
  },
} as const;

/**
 * DBD, decoupling: representation and classes are not learnt together, since that is how a trigger gets tied to a label. Three stages:
 *
 * 1. *Self-supervised*: SimCLR, without any label, see {@link contrastiveView} and {@link ntXent}.
 * 2. *Warm-up*: the last layer alone, by symmetric cross entropy, which wrong labels pull less.
 * 3. *Semi-supervised*: the whole network by MixMatch. Images of low loss keep their label; of the others, poison among them, only the image is
 *    used, see {@link sharpened} and {@link mixedUp}. Which these are is seen anew in each epoch.
 *
 * The suspicion of an image is its symmetric cross entropy in the end. Without the method's term: `semi.labelled=1`, every label is believed.
 *
 * Labels are kept by loss alone, whatever the class: one that is harder than others keeps few of them, and can be lost.
 *
 * Two presets: `reduced`, the default, grows with the training and costs about 3.2 plain trainings; `full` has the authors' lengths.
 *
 * Source: Huang et al., Backdoor Defense via Decoupling the Training Process (ICLR 2022); rates, weights and views as in the
 * authors' code.
 *
 * Deviation: the last epoch is delivered; the authors' code keeps the epoch of the best accuracy on the test set, too.
 * Deviation: while the last layer trains, running statistics stay as they are. In the authors' code they move, since the frozen part runs in
 * training mode; so the delivered features would be others than those that the last layer has learnt on.
 * Deviation: guesses leave running statistics alone, and all mixed images pass through the network at once. The authors' code moves the
 * statistics by the guesses, too, and passes thirds.
 * Deviation: the share ε is of each batch, by the losses at the start of the epoch; the authors' is of the whole set.
 * Deviation: λ_u rises from 0 to its full weight over the stage; in the authors' code it begins as if the warm-up were part of it.
 * Deviation: Adam begins anew in the third stage. Images move by an eighth over repeated edges; the authors mirror at the edge.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, dbd, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * const { networks } = await trainDefence(dbd, { device: referenceDevice(), dataset, classifier, options });
 * console.log(Object.keys(networks).join()); // warm-up,clean
 * ```
 */
export const dbd: Defence<OptionsOf<typeof options>> = {
  name: "dbd",
  summary: "learns what images look like without labels, then believes the labels of low loss only",
  source: "Huang et al., Backdoor Defense via Decoupling the Training Process (ICLR 2022)",
  needs: "nothing",
  options,
  presets: {
    reduced: { changes: {} },
    full: {
      changes: {
        selfSupervised: { epochs: 1000, batch: 512, lr: 0.4 },
        warmUp: { epochs: 10 },
        semi: { epochs: 190 },
      },
    },
  },
  async train(lab, { selfSupervised, warmUp, semi }) {
    headOf(lab, lab.fresh("clean", key(0)), lastLayer); // before anything trains
    const { epochs } = lab.training.clean;
    const backbone = await trainSelfSupervised(lab, {
      ...selfSupervised,
      epochs: selfSupervised.epochs ?? epochs,
    });
    const warm = await trainLastLayer(lab, backbone, { ...warmUp, epochs: warmUp.epochs ?? Math.ceil(epochs / 4) });
    const network = await trainSemiSupervised(lab, warm, { ...semi, epochs: semi.epochs ?? Math.ceil(epochs / 2) });
    const { loss } = await lab.observe(network, ({ params, stats }, { images, labels }) => ({
      loss: symmetricCrossEntropy(lab.classifier.apply(params, stats, images, evaluationMode).logits, labels),
    }));
    return { network, suspicion: loss, evidence: { loss } };
  },
};
