import { valueAndGrad } from "../../../autodiff/grad.ts";
import type { BatchNormParams, BatchNormStats } from "../../../nn/batch-norm-layer.ts";
import { batchNormLayer, initBatchNorm } from "../../../nn/batch-norm-layer.ts";
import type { DenseParams } from "../../../nn/dense.ts";
import { dense } from "../../../nn/dense.ts";
import { torchUniform } from "../../../nn/initialize.ts";
import type { Network } from "../../../nn/network.ts";
import type { SgdState } from "../../../nn/sgd.ts";
import { sgd } from "../../../nn/sgd.ts";
import { relu } from "../../../tensor/ops/activations.ts";
import { concat } from "../../../tensor/ops/concat.ts";
import { zeros } from "../../../tensor/ops/creation.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import { slice } from "../../../tensor/ops/slice.ts";
import { foldIn, split } from "../../../tensor/random.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { cosineRate } from "../../cosine-rate.ts";
import type { Lab } from "../../lab.ts";
import { mirrors } from "../../training-options.ts";
import { ntXent } from "./nt-xent.ts";
import { contrastiveView } from "./views.ts";

/** Two dense layers with batch norm and ReLU in between: what the contrastive loss reads, and what is left out afterwards. */
interface Projection {
  readonly first: DenseParams;
  readonly bn: BatchNormParams;
  readonly last: DenseParams;
}

const projected = 128; // numbers per view that the loss compares

interface Learned<P> {
  readonly params: P;
  readonly projection: Projection;
}

interface State<P, S> extends Learned<P> {
  readonly stats: S;
  readonly projectionStats: BatchNormStats;
  readonly optimizer: SgdState;
}

/** Length and loss of the stage. */
export interface SelfSupervised {
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly temperature: number;
}

/**
 * SimCLR: a network whose representation tells images apart from each other, and knows two views of one image as such. It sees no label,
 * so no trigger can be tied to one. The last layer of the classifier stays as it begins.
 */
export async function trainSelfSupervised<P extends object, S>(
  lab: Lab<P, S>,
  { epochs, batch, lr, temperature }: SelfSupervised,
): Promise<Network<P, S>> {
  const { classifier, train, training } = lab;
  const optimizer = sgd(training.optimizer);
  const view = { mirror: mirrors(training, train) };
  const { state } = await lab.phase<State<P, S>>({
    name: "self-supervised",
    title: "self-supervised model",
    batch: Math.min(batch, train.count),
    length: { epochs },
    augment: "none",
    rates: { lr: cosineRate({ lr, epochs }) },
    stream: 2,
    init: (key) => {
      const { params, stats } = lab.fresh("clean", key(0));
      const image = zeros([1, train.height, train.width, train.channels]);
      const features = classifier.apply(params, stats, image, { train: false }).z.shape[1]!;
      const layer = (n: number, to: number): DenseParams => ({
        weight: torchUniform(foldIn(key(1), n), [features, to]),
        bias: zeros([to]),
      });
      const norm = initBatchNorm(features);
      const projection = { first: layer(0, features), bn: norm.params, last: layer(1, projected) };
      const learned = { params, projection };
      return { ...learned, stats, projectionStats: norm.stats, optimizer: optimizer.init(learned) };
    },
    passes: [
      (before, { images }, { key, rates }) => {
        const n = images.shape[0]!;
        const [one, other, own] = split(key, 3);
        const views = concat([contrastiveView(images, one, view), contrastiveView(images, other, view)]);
        const objective = ({
          params,
          projection,
        }: Learned<P>): { value: AnyTensor; aux: Pick<State<P, S>, "stats" | "projectionStats"> } => {
          const { z, stats } = classifier.apply(params, before.stats, views, { train: true, key: own });
          const hidden = batchNormLayer(projection.bn, before.projectionStats, dense(projection.first, z), {
            train: true,
          });
          const codes = dense(projection.last, relu(hidden.y));
          const half = (start: number): AnyTensor => slice(codes, { axis: 0, start, stop: start + n });
          return {
            value: mean(ntXent(half(0), half(n), temperature)),
            aux: { stats, projectionStats: hidden.stats },
          };
        };
        const learned = { params: before.params, projection: before.projection };
        const { value, gradient, aux } = valueAndGrad(objective, { hasAux: true })(learned);
        const next = optimizer.update(gradient, before.optimizer, learned, { lr: rates["lr"]! });
        return { state: { ...next.params, ...aux, optimizer: next.state }, metrics: { loss: value } };
      },
    ],
  });
  return { params: state.params, stats: state.stats };
}
