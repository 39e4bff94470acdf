import { valueAndGrad } from "../../../autodiff/grad.ts";
import type { Network } from "../../../nn/network.ts";
import type { Schedule } from "../../../nn/schedule.ts";
import { sgd } from "../../../nn/sgd.ts";
import type { Training } from "../../../nn/supervised-step.ts";
import { beginTraining } from "../../../nn/supervised-step.ts";
import { zeros } from "../../../tensor/ops/creation.ts";
import { add, square, sub } from "../../../tensor/ops/elementwise.ts";
import { scatterAdd } from "../../../tensor/ops/gather.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { evaluationMode } from "../../evaluation-mode.ts";
import type { Lab } from "../../lab.ts";
import { trainSupervised } from "../../train-supervised.ts";
import { centreSimilarity } from "./centre-similarity.ts";
import { turnAndShift } from "./turn-and-shift.ts";

/** Images per step of the second stage: the mean representation of each class must be that of several images. */
const separationBatch = 128;

/**
 * A network that tells poison from clean images of its class: it trains on all images, briefly and without augmentation, and then for as long
 * to move the classes apart, see {@link centreSimilarity}. Poison has features of its own, so it moves away from its class.
 */
export async function trainDetector<P extends object, S>(
  lab: Lab<P, S>,
  { epochs, lr }: { readonly epochs: number; readonly lr: number },
): Promise<Network<P, S>> {
  const rate: Schedule = { kind: "constant", lr };
  const begun = await trainSupervised(lab, {
    name: "detector",
    title: "detector",
    epochs,
    augment: "none",
    rate,
    stream: 2,
  });
  const { classifier, train } = lab;
  const optimizer = sgd(lab.training.optimizer);
  const { state } = await lab.phase<Training<P, S>>({
    name: "separation",
    title: "detector, classes apart",
    batch: Math.min(separationBatch, train.count),
    length: { epochs },
    augment: "none",
    rates: { lr: rate },
    stream: 3,
    init: () => beginTraining(begun, optimizer),
    passes: [
      (before, { images, labels }, { key, rates }) => {
        const objective = (params: P): { value: AnyTensor; aux: S } => {
          const { z, stats } = classifier.apply(params, before.stats, images, { train: true, key });
          return { value: centreSimilarity(z, labels, train.classes), aux: stats };
        };
        const { value, gradient, aux: stats } = valueAndGrad(objective, { hasAux: true })(before.params);
        const next = optimizer.update(gradient, before.optimizer, before.params, { lr: rates["lr"]! });
        return { state: { params: next.params, stats, optimizer: next.state }, metrics: { loss: value } };
      },
    ],
    network: ({ params, stats }) => ({ params, stats }),
  });
  return { params: state.params, stats: state.stats };
}

/**
 * FCT, feature consistency towards transformations, of every training image: the mean over channels of (z(x) − z(τ(x)))², where z is the
 * network's representation in evaluation mode and τ turns and shifts the image, see {@link turnAndShift}. One τ for each image, drawn by the
 * run's seed.
 */
export async function sensitivityOf<P extends object, S>(
  { classifier, train, ...lab }: Lab<P, S>,
  { params, stats }: Network<P, S>,
): Promise<Float32Array> {
  const { state } = await lab.phase<{ readonly scores: AnyTensor }>({
    name: "sensitivity",
    title: "sensitivity",
    length: { epochs: 1 },
    augment: "none",
    rates: {},
    stream: 4,
    init: () => ({ scores: zeros([train.count]) }),
    passes: [
      ({ scores }, { images, indices }, { key }) => {
        const z = (seen: AnyTensor): AnyTensor => classifier.apply(params, stats, seen, evaluationMode).z;
        const moved = mean(square(sub(z(images), z(turnAndShift(images, key)))), { axis: 1 });
        const all = add(scores, scatterAdd(moved, indices!, { size: train.count }));
        return { state: { scores: all }, metrics: { sensitivity: mean(moved) } };
      },
    ],
  });
  return (await state.scores.data()) as Float32Array;
}
