import { crossEntropy } from "../../nn/losses.ts";
import { sgd } from "../../nn/sgd.ts";
import type { Training } from "../../nn/supervised-step.ts";
import { beginTraining, supervisedStep } from "../../nn/supervised-step.ts";
import type { OptionsOf } from "../../options/option.ts";
import { neg } from "../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Defence } from "../defence.ts";
import { confounderOf } from "../defence.ts";
import type { Lab, Step } from "../lab.ts";
import { trainUndefended } from "../undefended.ts";
import { extremes } from "./d-br/extremes.ts";
import { sensitivityOf, trainDetector } from "./d-br/sensitivity.ts";

const options = {
  detector: {
    epochs: {
      kind: "integer",
      default: null,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "length of each of the detector's two stages; left out: a tenth of the delivered model's epochs",
    },
    lr: { kind: "number", default: 0.01, from: 0, to: 1e9, doc: "learning rate of the detector, constant" },
  },
  unlearn: {
    kind: "number",
    default: 0.05,
    from: 0,
    to: 1,
    doc: "share of the training set that is unlearnt, at least one image: the most sensitive ones; 0: none",
  },
  relearn: {
    kind: "number",
    default: 0.2,
    from: 0.001,
    to: 1,
    doc: "share of the training set that is learnt again, at least one image: the least sensitive ones",
  },
  removal: {
    epochs: {
      kind: "integer",
      default: 20,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "how often the first are unlearnt and then the others learnt again",
    },
    lr: { kind: "number", default: 1e-4, from: 0, to: 1e9, doc: "learning rate of both, constant" },
  },
} as const;

type DbrOptions = OptionsOf<typeof options>;

/**
 * D-BR, backdoor removal from what reacts to transformations, in four stages:
 *
 * 1. *Detector*: a network trains briefly on all images without augmentation, and then moves the mean representations of the classes apart,
 *    see {@link centreSimilarity}.
 * 2. *Sensitivity* (the paper's FCT): how far each image's representation moves in the detector when the image is turned and shifted, see
 *    {@link turnAndShift}. A trigger loses its effect then, so poison moves far. The 5 % that move most are taken for poison, the 20 % that
 *    move least for clean.
 * 3. Another network trains as if nothing were wrong.
 * 4. *Removal*: each epoch it unlearns the former, by minimizing −CE, and then learns the latter again, by CE.
 *
 * The suspicion of an image is its sensitivity. Without the method's term, `unlearn=0`, the network is fine-tuned on the least sensitive images.
 *
 * Source: Chen, Wu and Wang, Effective Backdoor Defense by Exploiting Sensitivity of Poisoned Samples (NeurIPS 2022); formulas,
 * shares, rates and the number of removals as in the authors' code.
 *
 * Deviation: the last epoch is delivered. The authors' code keeps the epoch of the largest difference of accuracy and ASR on the test set.
 * Deviation: sets have exactly their shares, by one transformation of each image. The authors' code takes thresholds from one draw of the
 * transformations and applies them to another, so that the sets come out larger or smaller.
 * Deviation: the detector's stages are as long as each other and grow with the training; the authors take 2 and 10 epochs beside 200.
 * Deviation: weight decay and batches are those of the training, as for all defences, but for the separation of classes, which takes 128.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, dbr, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, removal: { epochs: 1 } };
 * const { networks } = await trainDefence(dbr, { device: referenceDevice(), dataset, classifier, options });
 * console.log(Object.keys(networks).join()); // detector,separation,undefended,clean
 * ```
 */
export const dbr: Defence<OptionsOf<typeof options>> = {
  name: "d-br",
  summary:
    "trains plainly, unlearns the images that react most to a transformation, and learns those again that react least",
  source: "Chen, Wu and Wang, Effective Backdoor Defense by Exploiting Sensitivity of Poisoned Samples (NeurIPS 2022)",
  needs: "nothing",
  options,
  async train<P extends object, S>(lab: Lab<P, S>, { detector: stage, unlearn, relearn, removal }: DbrOptions) {
    const epochs = stage.epochs ?? Math.ceil(lab.training.clean.epochs / 10);
    const detector = await trainDetector(lab, { epochs, lr: stage.lr });
    const sensitivity = await sensitivityOf(lab, detector);
    const { lowest, highest } = extremes(sensitivity, { lowest: relearn, highest: unlearn });
    const undefended = await trainUndefended(lab, "undefended");
    const optimizer = sgd(lab.training.optimizer);
    const pass =
      (loss: (logits: AnyTensor, labels: AnyTensor) => AnyTensor): Step<Training<P, S>> =>
      (state, batch, { key, rates }) =>
        supervisedStep(state, batch, { classifier: lab.classifier, optimizer, loss, key, lr: rates["lr"]! });
    const parts = [
      { samples: highest, pass: pass((logits, labels) => neg(crossEntropy(logits, labels))) },
      { samples: lowest, pass: pass(crossEntropy) },
    ].filter(({ samples }) => samples.length > 0);
    const flags = (indices: Int32Array): Float32Array => {
      const all = new Float32Array(sensitivity.length);
      for (const i of indices) all[i] = 1;
      return all;
    };
    const evidence = { sensitivity, unlearned: flags(highest), relearned: flags(lowest) };
    const found = { confounder: confounderOf(lab, detector), suspicion: sensitivity, evidence };
    const { state } = await lab.phase<Training<P, S>>({
      name: "clean",
      title: "removal",
      samples: parts.map(({ samples }) => samples),
      length: { epochs: removal.epochs },
      augment: lab.training.clean.augment,
      rates: { lr: { kind: "constant", lr: removal.lr } },
      stream: 5,
      init: () => beginTraining(undefended, optimizer),
      passes: parts.map((part) => part.pass),
      network: ({ params, stats }) => ({ params, stats }),
    });
    return { network: { params: state.params, stats: state.stats }, ...found };
  },
};
