import { valueAndGrad } from "../../autodiff/grad.ts";
import { stopGradient } from "../../autodiff/stop-gradient.ts";
import { crossEntropy } from "../../nn/losses.ts";
import type { Schedule } from "../../nn/schedule.ts";
import { sgd } from "../../nn/sgd.ts";
import type { Training } from "../../nn/supervised-step.ts";
import { beginTraining } from "../../nn/supervised-step.ts";
import type { OptionsOf } from "../../options/option.ts";
import { add, mul } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { tensor } from "../../tensor/tensor.ts";
import type { Defence } from "../defence.ts";
import { evaluationMode } from "../evaluation-mode.ts";
import type { Lab } from "../lab.ts";
import { cleanEvaluation, trainSupervised } from "../train-supervised.ts";
import { trainUndefended } from "../undefended.ts";
import { attentionDistance } from "./nad/attention.ts";
import { checkStages } from "./nad/stages-of.ts";

const options = {
  beta: {
    kind: "number",
    default: 1000,
    from: 0,
    to: 1e9,
    doc: "β: weight of the distance between the attention maps of each stage; 0: plain fine-tuning",
  },
  p: { kind: "number", default: 2, from: 1, to: 16, doc: "power of the activations in an attention map" },
  teacher: {
    epochs: {
      kind: "integer",
      default: 10,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "how long the teacher is tuned on the clean images",
    },
  },
  student: {
    epochs: {
      kind: "integer",
      default: 20,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "how long the student is tuned on the clean images",
    },
  },
  lr: {
    kind: "number",
    default: 0.1,
    from: 0,
    to: 1e9,
    doc: "learning rate of both; a tenth of it from the third epoch on",
  },
} as const;

type NadOptions = OptionsOf<typeof options>;

/**
 * NAD, neural attention distillation, in three stages:
 *
 * 1. Trains as if nothing were wrong.
 * 2. The *teacher*: that network, fine-tuned on the clean images.
 * 3. The *student*, which is delivered: the network of stage 1 again, fine-tuned on the clean images while it learns to look where the
 *    teacher looks,
 *
 *        L = CE + β · Σ_l D(A_S^l, A_T^l)
 *
 *    over the stages l of the network, see {@link attentionDistance}. A trigger draws the attention of the student; the teacher's does not
 *    follow it as far. The teacher stays as it is, in evaluation mode.
 *
 * Without the method's term: `nad.beta=0`. The distance stands in the report of each epoch as `attention`, with and without it.
 *
 * Source: Li et al., Neural Attention Distillation: Erasing Backdoor Triggers from Deep Neural Networks (ICLR 2021), section 3; lengths
 * and rates as in the authors' code.
 *
 * Deviation: the paper's β is one number, as here; the authors' code has half of it at the first of three stages.
 * Deviation: the distance is the mean over positions of squared differences, as in the authors' code; the paper writes a norm.
 * Deviation: ε stands under the root of a map's norm, so that a stage that is dead has a gradient; the authors' code adds it outside.
 * Deviation: batches and weight decay are those of the training, as for all defences; the authors take 64 images.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, cleanSubset, nad, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset, poisoned } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const clean = cleanSubset(dataset, { share: 0.2, without: poisoned });
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, teacher: { epochs: 1 }, student: { epochs: 1 } };
 * const { networks } = await trainDefence(nad, { device: referenceDevice(), dataset, clean, classifier, options });
 * console.log(Object.keys(networks).join()); // undefended,teacher,clean
 * ```
 */
export const nad: Defence<OptionsOf<typeof options>> = {
  name: "nad",
  summary: "fine-tunes on the clean images, and looks where a fine-tuned teacher looks",
  source: "Li et al., Neural Attention Distillation (ICLR 2021)",
  needs: "cleanSubset",
  options,
  async train<P extends object, S>(lab: Lab<P, S>, { beta, p, teacher: tuning, student, lr }: NadOptions) {
    checkStages(lab, "nad");
    const { classifier, training } = lab;
    const rate: Schedule = { kind: "multiStep", lr, milestones: [2], factor: 0.1 };
    const undefended = await trainUndefended(lab, "undefended");
    const teacher = await trainSupervised(lab, {
      name: "teacher",
      title: "teacher",
      images: "clean",
      stream: 2,
      epochs: tuning.epochs,
      rate,
      start: undefended,
    });
    const { state } = await lab.phase<Training<P, S>>({
      name: "clean",
      title: "student",
      images: "clean",
      stream: 3,
      length: { epochs: student.epochs },
      evaluateEvery: cleanEvaluation(student.epochs),
      augment: training.clean.augment,
      rates: { lr: rate },
      init: () => beginTraining(undefended, sgd(training.optimizer)),
      passes: [
        (before, { images, labels }, { key, rates }) => {
          const seen = classifier.apply(teacher.params, teacher.stats, images, evaluationMode).stages!;
          const objective = (params: P): { value: AnyTensor; aux: { stats: S; attention: AnyTensor } } => {
            const own = classifier.apply(params, before.stats, images, { train: true, key });
            const distances = own.stages!.map((stage, l) => attentionDistance(stage, stopGradient(seen[l]!), p));
            const attention = distances.reduce((sum, one) => add(sum, one), tensor(0));
            const loss = mean(crossEntropy(own.logits, labels));
            const value = beta === 0 ? loss : add(loss, mul(attention, beta));
            return { value, aux: { stats: own.stats, attention } };
          };
          const { value, gradient, aux } = valueAndGrad(objective, { hasAux: true })(before.params);
          const optimizer = sgd(training.optimizer);
          const next = optimizer.update(gradient, before.optimizer, before.params, { lr: rates["lr"]! });
          const state = { params: next.params, stats: aux.stats, optimizer: next.state };
          return { state, metrics: { loss: value, attention: aux.attention } };
        },
      ],
      network: ({ params, stats }) => ({ params, stats }),
    });
    return { network: { params: state.params, stats: state.stats } };
  },
};
