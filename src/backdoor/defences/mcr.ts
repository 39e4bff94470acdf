import { valueAndGrad } from "../../autodiff/grad.ts";
import { crossEntropy } from "../../nn/losses.ts";
import type { Network } from "../../nn/network.ts";
import type { SgdState } from "../../nn/sgd.ts";
import { sgd } from "../../nn/sgd.ts";
import type { OptionsOf } from "../../options/option.ts";
import { add, mul } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import { split, uniform } from "../../tensor/random.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { zipTrees } from "../../tensor/tree.ts";
import { cosineRate } from "../cosine-rate.ts";
import type { Defence } from "../defence.ts";
import type { Lab } from "../lab.ts";
import { trainSupervised } from "../train-supervised.ts";
import { trainUndefended } from "../undefended.ts";
import type { Curve } from "./mcr/curve.ts";
import { pointOn } from "./mcr/curve.ts";
import { gatherStatistics } from "./mcr/statistics.ts";

const options = {
  t: {
    kind: "number",
    default: 0.1,
    from: 0,
    to: 1,
    doc: "which point of the curve is delivered; 0: the undefended network, 1: the fine-tuned one",
  },
  curve: {
    form: {
      kind: "choice",
      default: "bezier",
      choices: ["bezier", "polygon"],
      doc: "how the curve leads through its bend",
    },
    epochs: {
      kind: "integer",
      default: 100,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "how long the bend trains on the clean images; 0: the curve is a straight line",
    },
    lr: { kind: "number", default: 0.01, from: 0, to: 1e9, doc: "its learning rate, which falls along a cosine to 0" },
  },
  tuning: {
    epochs: {
      kind: "integer",
      default: 100,
      from: 0,
      to: 100_000,
      unit: "epochs",
      doc: "how long the end of the curve is fine-tuned on the clean images",
    },
    lr: { kind: "number", default: 0.01, from: 0, to: 1e9, doc: "its learning rate, which falls along a cosine to 0" },
  },
} as const;

type McrOptions = OptionsOf<typeof options>;

/** A bend in training. */
interface TrainingBend<P> {
  readonly bend: P;
  readonly optimizer: SgdState;
}

/**
 * MCR, mode connectivity repair, in four stages:
 *
 * 1. θ₁, the start of a curve: trains as if nothing were wrong.
 * 2. θ₂, its end: that network, fine-tuned on the clean images.
 * 3. The *bend* θ, from the middle of both on: each step draws t from U(0, 1) and lowers CE at φ(t) on clean images, see {@link pointOn}.
 *    Only θ learns. Clean images keep their loss low all along the curve; the backdoor, which they say nothing of, fades from θ₁ on.
 * 4. Delivers φ(t) with running statistics of its own, from clean images: those of θ₁ and θ₂ do not fit it.
 *
 * Without the method's term: `mcr.t=1` delivers θ₂, plain fine-tuning, with statistics gathered anew; `mcr.curve.epochs=0` takes φ(t) from
 * a straight line.
 *
 * Source: Zhao et al., Bridging Mode Connectivity in Loss Landscapes and Adversarial Robustness (ICLR 2020), sections 3 and 4.1; one bend and
 * lengths as in BackdoorBench, t = 0.1 too.
 *
 * Deviation: the paper also joins two backdoored networks; here the end is always the start fine-tuned, which needs one of them.
 * Deviation: statistics are those of 100 batches with the running ones' own weights, the last batch 0.1 and each before it 0.9 of the one
 * after it; the authors' code takes the plain mean of one pass.
 * Deviation: weight decay pulls at the bend, not at the point φ(t). Rates are those of fine-pruning here.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, cleanSubset, mcr, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset, poisoned } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const clean = cleanSubset(dataset, { share: 0.2, without: poisoned });
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, tuning: { epochs: 1 }, curve: { epochs: 1 } };
 * const { networks } = await trainDefence(mcr, { device: referenceDevice(), dataset, clean, classifier, options });
 * console.log(Object.keys(networks).join()); // undefended,end,clean
 * ```
 */
export const mcr: Defence<OptionsOf<typeof options>> = {
  name: "mcr",
  summary:
    "delivers a point of a curve from the undefended to a fine-tuned network, along which clean images keep their loss",
  source: "Zhao et al., Bridging Mode Connectivity in Loss Landscapes and Adversarial Robustness (ICLR 2020)",
  needs: "cleanSubset",
  options,
  async train<P extends object, S>(lab: Lab<P, S>, { t, curve, tuning }: McrOptions) {
    const start = await trainUndefended(lab, "undefended");
    const end = await trainSupervised(lab, {
      name: "end",
      title: "fine-tuned end",
      images: "clean",
      stream: 2,
      epochs: tuning.epochs,
      rate: cosineRate(tuning),
      start,
    });
    const bend = await trainBend(lab, { start, end }, curve);
    const params = pointOn({ kind: curve.form, start: start.params, bend, end: end.params }, t);
    return { network: await gatherStatistics(lab, { params, stats: end.stats }) };
  },
};

async function trainBend<P extends object, S>(
  { classifier, training, ...lab }: Lab<P, S>,
  { start, end }: { readonly start: Network<P, S>; readonly end: Network<P, S> },
  { form, epochs, lr }: McrOptions["curve"],
): Promise<P> {
  const optimizer = sgd(training.optimizer);
  const through = (bend: P): Curve<P> => ({ kind: form, start: start.params, bend, end: end.params });
  const { state } = await lab.phase<TrainingBend<P>>({
    name: "bend",
    title: "bend of the curve",
    images: "clean",
    stream: 3,
    length: { epochs },
    augment: training.clean.augment,
    rates: { lr: cosineRate({ lr, epochs }) },
    init() {
      const middle = zipTrees(start.params, [end.params], ([from, to]) => mul(add(from!, to!), 0.5));
      return { bend: middle, optimizer: optimizer.init(middle) };
    },
    passes: [
      (before, { images, labels }, { key, rates }) => {
        const [place, own] = split(key, 2);
        const t = uniform(place, []);
        const objective = (bend: P): AnyTensor => {
          const { logits } = classifier.apply(pointOn(through(bend), t), end.stats, images, { train: true, key: own });
          return mean(crossEntropy(logits, labels));
        };
        const { value, gradient } = valueAndGrad(objective)(before.bend);
        const next = optimizer.update(gradient, before.optimizer, before.bend, { lr: rates["lr"]! });
        return { state: { bend: next.params, optimizer: next.state }, metrics: { loss: value } };
      },
    ],
  });
  return state.bend;
}
