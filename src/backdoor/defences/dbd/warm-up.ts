import { valueAndGrad } from "../../../autodiff/grad.ts";
import type { AdamState } from "../../../nn/adam.ts";
import { adam } from "../../../nn/adam.ts";
import type { DenseParams } from "../../../nn/dense.ts";
import { dense } from "../../../nn/dense.ts";
import { symmetricCrossEntropy } from "../../../nn/losses.ts";
import type { Network } from "../../../nn/network.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { mapTree } from "../../../tensor/tree.ts";
import { evaluationMode } from "../../evaluation-mode.ts";
import type { Lab } from "../../lab.ts";
import { headOf } from "../head-of.ts";

interface State {
  readonly head: DenseParams;
  readonly optimizer: AdamState;
}

/**
 * Trains the last layer alone, from a fresh one on, by symmetric cross entropy. The network before it stays as it is, its running statistics
 * too.
 */
export async function trainLastLayer<P extends object, S>(
  lab: Lab<P, S>,
  backbone: Network<P, S>,
  { epochs, lr }: { readonly epochs: number; readonly lr: number },
): Promise<Network<P, S>> {
  const { classifier, training } = lab;
  const optimizer = adam();
  const old = headOf(lab, backbone, lastLayer);
  const withHead = (head: DenseParams): Network<P, S> => {
    const replaced = (leaf: AnyTensor): AnyTensor =>
      leaf === old.weight ? head.weight : leaf === old.bias ? head.bias! : leaf;
    return { params: mapTree(backbone.params, replaced) as P, stats: backbone.stats };
  };
  const { state } = await lab.phase<State>({
    name: "warm-up",
    title: "last layer",
    length: { epochs },
    augment: training.clean.augment,
    rates: { lr: { kind: "constant", lr } },
    stream: 3,
    init: (key) => {
      const head = headOf(lab, lab.fresh("clean", key(0)), lastLayer);
      return { head, optimizer: optimizer.init(head) };
    },
    passes: [
      (before, { images, labels }, { rates }) => {
        const { z } = classifier.apply(backbone.params, backbone.stats, images, evaluationMode);
        const objective = (head: DenseParams): AnyTensor => mean(symmetricCrossEntropy(dense(head, z), labels));
        const { value, gradient } = valueAndGrad(objective)(before.head);
        const next = optimizer.update(gradient, before.optimizer, before.head, { lr: rates["lr"]! });
        return { state: { head: next.params, optimizer: next.state }, metrics: { loss: value } };
      },
    ],
    network: ({ head }) => withHead(head),
  });
  return withHead(state.head);
}

/** What errors say of a model that does not name its last layer. */
export const lastLayer = { method: "dbd", use: "trains the last layer alone" };
