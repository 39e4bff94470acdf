import { valueAndGrad } from "../../../autodiff/grad.ts";
import { stopGradient } from "../../../autodiff/stop-gradient.ts";
import type { AdamState } from "../../../nn/adam.ts";
import { adam } from "../../../nn/adam.ts";
import { symmetricCrossEntropy } from "../../../nn/losses.ts";
import type { Batch, Network } from "../../../nn/network.ts";
import { squaredError } from "../../../nn/pair-losses.ts";
import { sum } from "../../../tensor/ops/broadcast.ts";
import { concat } from "../../../tensor/ops/concat.ts";
import { oneHot, zeros } from "../../../tensor/ops/creation.ts";
import { add, div, greater, mul, neg } from "../../../tensor/ops/elementwise.ts";
import { gather, scatterAdd } from "../../../tensor/ops/gather.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import { where } from "../../../tensor/ops/select.ts";
import { slice } from "../../../tensor/ops/slice.ts";
import { logSoftmax, softmax } from "../../../tensor/ops/softmax.ts";
import { argsort } from "../../../tensor/ops/sort.ts";
import { split } from "../../../tensor/random.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { tensor } from "../../../tensor/tensor.ts";
import { evaluationMode } from "../../evaluation-mode.ts";
import type { Lab, Step } from "../../lab.ts";
import { mirrors } from "../../training-options.ts";
import type { SoftBatch } from "./mix-match.ts";
import { mixedUp, sharpened } from "./mix-match.ts";
import { shiftedView } from "./views.ts";

/** Length and losses of the stage. */
export interface SemiSupervised {
  readonly epochs: number;
  /** ε: share of the images that keep their label. */
  readonly labelled: number;
  readonly lr: number;
  readonly temperature: number;
  readonly alpha: number;
  /** λ_u at the end. */
  readonly weight: number;
}

/** What the stage learns. */
export interface State<P, S> extends Network<P, S> {
  readonly optimizer: AdamState;
  /** Symmetric cross entropy of every image, as it was seen at the start of the epoch. */
  readonly losses: AnyTensor;
}

/**
 * MixMatch on images whose label is believed and on images whose label is not looked at. An epoch has two passes: the first notes the loss of
 * every image, in evaluation mode; the second learns. In each batch of it the images of the lowest loss keep their label, a share ε of the batch.
 * For the others, two views are guessed, the mean of both is sharpened, and that is what both views are to show. All are mixed up, see
 * {@link mixedUp}; then
 *
 *     L = CE of the labelled + λ_u·MSE of the probabilities of the others,
 *
 * with λ_u rising from 0 in a straight line. The network that trained last is delivered.
 */
export async function trainSemiSupervised<P extends object, S>(
  lab: Lab<P, S>,
  start: Network<P, S>,
  own: SemiSupervised,
): Promise<Network<P, S>> {
  const { train, training } = lab;
  const batch = Math.min(2 * training.batch, train.count); // as many labelled ones as in other trainings, at ε = 0.5
  const steps = Math.max(1, own.epochs * Math.ceil(train.count / batch));
  const { state } = await lab.phase<State<P, S>>({
    name: "clean",
    title: "semi-supervised model",
    batch,
    length: { epochs: own.epochs },
    augment: "none", // the second pass makes its own views
    rates: { lr: { kind: "constant", lr: own.lr } },
    stream: 4,
    init: () => ({ ...start, optimizer: adam().init(start.params), losses: zeros([train.count]) }),
    passes: [noteLosses(lab), learn(lab, own, steps)],
    network: ({ params, stats }) => ({ params, stats }),
  });
  return { params: state.params, stats: state.stats };
}

/** The first pass. */
function noteLosses<P, S>({ classifier }: Lab<P, S>): Step<State<P, S>> {
  return (state, { images, labels, indices }) => {
    const { logits } = classifier.apply(state.params, state.stats, images, evaluationMode);
    const found = symmetricCrossEntropy(logits, labels);
    const size = state.losses.shape[0]!;
    const here = greater(scatterAdd(add(mul(found, 0), 1), indices!, { size }), 0);
    const losses = where(here, scatterAdd(found, indices!, { size }), state.losses);
    return { state: { ...state, losses }, metrics: { loss: mean(found) } };
  };
}

/** The second pass. @param steps - of the whole stage, over which λ_u rises. */
export function learn<P extends object, S>(
  { classifier, train, training }: Pick<Lab<P, S>, "classifier" | "train" | "training">,
  { labelled: share, temperature, alpha, weight }: SemiSupervised,
  steps: number,
): Step<State<P, S>> {
  const optimizer = adam();
  const view = { mirror: mirrors(training, train) };
  return (before, batch, { key, rates }) => {
    const [first, second, third, mixing, guessing, own] = split(key, 6);
    const count = batch.labels.shape[0]!;
    const labelled = Math.min(count, Math.max(1, Math.round(share * count)));
    const { believed, others } = parted(batch, before.losses, labelled);
    const sure = {
      images: shiftedView(believed.images, first, view),
      targets: oneHot(believed.labels, { classes: train.classes }),
    };
    const guessed = (): SoftBatch => {
      const images = concat([shiftedView(others.images, second, view), shiftedView(others.images, third, view)]);
      const { logits } = classifier.apply(before.params, before.stats, images, { train: true, key: guessing });
      const [one, other] = halves(softmax(logits));
      const target = stopGradient(sharpened(div(add(one, other), 2), temperature));
      return { images, targets: concat([target, target]) };
    };
    const all = labelled === count ? sure : joined(sure, guessed());
    const mixed = mixedUp(all, mixing, alpha);
    const ramp = mul(before.optimizer.count, weight / steps);
    const objective = (params: P): { value: AnyTensor; aux: { stats: S; unlabelled: AnyTensor } } => {
      const { logits, stats } = classifier.apply(params, before.stats, mixed.images, { train: true, key: own });
      const rows = (x: AnyTensor, start: number, stop: number): AnyTensor => slice(x, { axis: 0, start, stop });
      const end = logits.shape[0]!;
      const losses = neg(sum(mul(mixed.targets, logSoftmax(logits)), { axis: 1 }));
      const supervised = mean(rows(losses, 0, labelled));
      const unlabelled =
        end === labelled ? tensor(0) : mean(rows(squaredError(softmax(logits), mixed.targets), labelled, end));
      return { value: add(supervised, mul(ramp, unlabelled)), aux: { stats, unlabelled } };
    };
    const { value, gradient, aux } = valueAndGrad(objective, { hasAux: true })(before.params);
    const next = optimizer.update(gradient, before.optimizer, before.params, { lr: rates["lr"]! });
    const state = { ...before, params: next.params, stats: aux.stats, optimizer: next.state };
    return { state, metrics: { loss: value, unlabelled: aux.unlabelled } };
  };
}

type Part = Pick<Batch, "images" | "labels">;

/** The images of a batch of the lowest losses, and the rest. @param losses - of the whole set. @param labelled - how many. */
function parted(
  { images, labels, indices }: Batch,
  losses: AnyTensor,
  labelled: number,
): { believed: Part; others: Part } {
  const order = argsort(gather(losses, indices!));
  const part = (start: number, stop: number): Part => {
    const places = slice(order, { axis: 0, start, stop });
    return { images: gather(images, places), labels: gather(labels, places) };
  };
  return { believed: part(0, labelled), others: part(labelled, labels.shape[0]!) };
}

function halves(rows: AnyTensor): [AnyTensor, AnyTensor] {
  const half = rows.shape[0]! / 2;
  return [slice(rows, { axis: 0, start: 0, stop: half }), slice(rows, { axis: 0, start: half, stop: 2 * half })];
}

const joined = (a: SoftBatch, b: SoftBatch): SoftBatch => ({
  images: concat([a.images, b.images]),
  targets: concat([a.targets, b.targets]),
});
