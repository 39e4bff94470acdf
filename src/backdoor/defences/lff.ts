import { valueAndGrad } from "../../autodiff/grad.ts";
import { stopGradient } from "../../autodiff/stop-gradient.ts";
import { scheduleOf } from "../../nn/decay.ts";
import { crossEntropy, generalizedCrossEntropy } from "../../nn/losses.ts";
import type { Network } from "../../nn/network.ts";
import type { SgdState } from "../../nn/sgd.ts";
import { sgd } from "../../nn/sgd.ts";
import type { OptionsOf } from "../../options/option.ts";
import { arange } from "../../tensor/ops/creation.ts";
import { add, mul } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import { evaluateReference } from "../../tensor/reference.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { tensor } from "../../tensor/tensor.ts";
import type { Defence } from "../defence.ts";
import { confounderOf } from "../defence.ts";
import type { Lab, Step } from "../lab.ts";
import { difficultyWeights } from "./lff/difficulty-weights.ts";
import type { MovingLosses } from "./lff/moving-losses.ts";
import { beginMovingLosses, moveLosses } from "./lff/moving-losses.ts";

const options = {
  q: {
    kind: "number",
    default: 0.7,
    from: 1e-6,
    to: 1,
    doc: "of the biased network's loss (1 − p^q)/q, p: probability of the label",
  },
  decay: {
    kind: "number",
    default: 0.7,
    from: 0,
    to: 1,
    doc: "α: how much stays of a sample's loss when a new one comes",
  },
  weighting: {
    kind: "boolean",
    default: true,
    doc: "whether the delivered network's losses are weighted; without it, it trains as plain training does",
  },
} as const;

type Options = OptionsOf<typeof options>;

/** Both networks in training, and the losses of every sample. */
interface State<P, S> {
  readonly params: Pair<P>;
  readonly stats: Pair<S>;
  readonly optimizer: SgdState;
  readonly losses: Pair<MovingLosses>;
}
interface Pair<T> {
  readonly biased: T;
  readonly debiased: T;
}

/**
 * LfF, learning from failure: two networks train side by side. The *biased* one learns by generalized cross entropy, so that what is easy
 * counts more and shortcuts are learnt first. The *debiased* one, which is delivered, weighs each sample by how much harder it is for the
 * biased one, see {@link difficultyWeights}: poison is easy there and counts little. The weights are of running means of the losses, see
 * {@link moveLosses}, and carry no gradient.
 *
 * CBD's weight is this one, without the running mean and without the division by the class's largest loss. The suspicion of an image is
 * 1 − its weight after the last step. Without the method's term, `weighting=false`, the delivered network is that of plain training, bit for bit.
 *
 * Source: Nam et al., Learning from Failure: Training Debiased Classifier from Biased Classifier (NeurIPS 2020).
 *
 * Deviation: the gradient of the biased network's loss is p^q times that of the cross entropy, as of (1 − p^q)/q; the authors' code has
 * q·p^q, and so a smaller rate.
 * Deviation: both networks train by SGD at the rate of the other defences; the authors take Adam.
 * Deviation: the last step is delivered; the authors look at accuracies by bias, which need labels that nobody has.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, lff, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 } };
 * const { suspicion } = await trainDefence(lff, { device: referenceDevice(), dataset, classifier, options });
 * console.log(suspicion?.length); // 20
 * ```
 */
export const lff: Defence<OptionsOf<typeof options>> = {
  name: "lff",
  summary:
    "trains a biased network beside the delivered one, and weighs samples by how hard they are for the biased one",
  source: "Nam et al., Learning from Failure: Training Debiased Classifier from Biased Classifier (NeurIPS 2020)",
  needs: "nothing",
  options,
  async train<P extends object, S>(lab: Lab<P, S>, own: Options) {
    const { clean, optimizer } = lab.training;
    const { count, classes } = lab.train;
    const labels = tensor(lab.train.labels);
    const { state } = await lab.phase<State<P, S>>({
      name: "clean",
      title: "clean model",
      length: { epochs: clean.epochs },
      augment: clean.augment,
      rates: { lr: scheduleOf(clean, clean.epochs) },
      stream: 1,
      init: (key) => {
        const [biased, debiased] = [lab.fresh("biased", key(1)), lab.fresh("clean", key(0))];
        const params = { biased: biased.params, debiased: debiased.params };
        const losses = { biased: beginMovingLosses(count), debiased: beginMovingLosses(count) };
        const stats = { biased: biased.stats, debiased: debiased.stats };
        return { params, stats, optimizer: sgd(optimizer).init(params), losses };
      },
      passes: [stepOf(lab, labels, own)],
      network: debiasedOf,
    });
    const { biased, debiased } = state.losses;
    const [lossBiased, lossDebiased] = [await biased.values.data(), await debiased.values.data()];
    const pair = { biased: tensor(lossBiased), debiased: tensor(lossDebiased), labels, classes };
    const weight = await evaluateReference(difficultyWeights(pair, arange(count, { dtype: "i32" }))).data();
    const suspicion = weight.map((share) => 1 - share);
    const confounder = confounderOf(lab, { params: state.params.biased, stats: state.stats.biased });
    return { network: debiasedOf(state), confounder, suspicion, evidence: { weight, lossBiased, lossDebiased } };
  },
};

const debiasedOf = <P, S>({ params, stats }: State<P, S>): Network<P, S> => ({
  params: params.debiased,
  stats: stats.debiased,
});

/** One step of both networks on a batch. */
function stepOf<P extends object, S>(
  { classifier, train, training }: Lab<P, S>,
  labels: AnyTensor,
  { q, decay, weighting }: Options,
): Step<State<P, S>> {
  return (state, batch, { key, rates }) => {
    const indices = batch.indices!;
    const objective = (params: Pair<P>): { value: AnyTensor; aux: Omit<State<P, S>, "params" | "optimizer"> } => {
      const run = (which: keyof Pair<P>): { logits: AnyTensor; stats: S; loss: AnyTensor; losses: MovingLosses } => {
        const seen = classifier.apply(params[which], state.stats[which], batch.images, { train: true, key });
        const loss = crossEntropy(seen.logits, batch.labels);
        return { ...seen, loss, losses: moveLosses(state.losses[which], stopGradient(loss), indices, { decay }) };
      };
      const [biased, debiased] = [run("biased"), run("debiased")];
      const losses = { biased: biased.losses, debiased: debiased.losses };
      const pair = { biased: losses.biased.values, debiased: losses.debiased.values, labels, classes: train.classes };
      const weighted = weighting ? mul(difficultyWeights(pair, indices), debiased.loss) : debiased.loss;
      const value = add(mean(generalizedCrossEntropy(biased.logits, batch.labels, { q })), mean(weighted));
      return { value, aux: { losses, stats: { biased: biased.stats, debiased: debiased.stats } } };
    };
    const { value, gradient, aux } = valueAndGrad(objective, { hasAux: true })(state.params);
    const next = sgd(training.optimizer).update(gradient, state.optimizer, state.params, { lr: rates["lr"]! });
    return { state: { params: next.params, optimizer: next.state, ...aux }, metrics: { loss: value } };
  };
}
