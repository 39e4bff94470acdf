import { grad, valueAndGrad } from "../../autodiff/grad.ts";
import { stopGradient } from "../../autodiff/stop-gradient.ts";
import { crossEntropy } from "../../nn/losses.ts";
import type { SgdState } from "../../nn/sgd.ts";
import { sgd } from "../../nn/sgd.ts";
import type { OptionsOf } from "../../options/option.ts";
import { ones } from "../../tensor/ops/creation.ts";
import { add, mul } from "../../tensor/ops/elementwise.ts";
import { mean } from "../../tensor/ops/mean.ts";
import { foldIn, split, uniform } from "../../tensor/random.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Defence } from "../defence.ts";
import type { Lab } from "../lab.ts";
import { trainUndefended } from "../undefended.ts";
import type { PerNeuron, Perturbation } from "./anp/neurons.ts";
import { withNeurons } from "./anp/neurons.ts";
import { ascend, maskedOut, projectMask } from "./anp/perturbation.ts";
import { batchNormsOf, checkBatchNorms } from "./pruning/batch-norms-of.ts";
import { prune } from "./pruning/prune.ts";

const options = {
  epsilon: {
    kind: "number",
    default: 0.4,
    from: 0,
    to: 100,
    doc: "ε: how far each neuron may be perturbed; 0: not at all, the mask then learns from clean images as they are",
  },
  ascents: { kind: "integer", default: 1, from: 1, to: 100, doc: "steps of ascent that find the worst perturbation" },
  alpha: {
    kind: "number",
    default: 0.2,
    from: 0,
    to: 1,
    doc: "α: weight of the loss without perturbation; the loss under the worst one has 1 − α",
  },
  threshold: {
    kind: "number",
    default: 0.2,
    from: 0,
    to: 1,
    doc: "neurons whose mask is at most this are pruned",
  },
  mask: {
    steps: {
      kind: "integer",
      default: 2000,
      from: 0,
      to: 1_000_000,
      unit: "steps",
      doc: "how long the mask trains on the clean images",
    },
    lr: { kind: "number", default: 0.2, from: 0, to: 1e9, doc: "its learning rate, constant" },
  },
} as const;

type AnpOptions = OptionsOf<typeof options>;

/** A mask in training. */
interface TrainingMask {
  readonly masks: PerNeuron;
  readonly optimizer: SgdState;
}

/**
 * ANP, adversarial neuron pruning, in three stages:
 *
 * 1. Trains as if nothing were wrong.
 * 2. A *mask* m in [0, 1] for each neuron, from 1 on, lowers
 *
 *        α·L(m ⊙ γ, β) + (1 − α)·max_{δ, ξ ∈ [−ε, ε]} L((m + δ) ⊙ γ, (1 + ξ) ⊙ β)
 *
 *    on clean images, L the cross entropy. Neurons are the channels of batch norms. A backdoored network calls clean images the target as
 *    soon as a few neurons are perturbed; the mask turns down those that make it do so. δ and ξ are drawn anew in each step, climb by the
 *    sign of the gradient, see {@link ascend}, and are then constants; the mask is put back into [0, 1] after it, as are they into ±ε.
 * 3. Prunes neurons whose mask is at most a threshold: γ = 0, β stays. All others keep their γ.
 *
 * Without the method's term: `anp.epsilon=0`, the same steps on the network as it is.
 *
 * Source: Wu and Wang, Adversarial Neuron Pruning Purifies Backdoored Deep Models (NeurIPS 2021), sections 3.2 and 3.3, algorithm 1; lengths
 * and rates as in the authors' code.
 *
 * Deviation: the authors' code draws δ and ξ from ±ε, adds ε and leaves the sum, up to 2ε; here they are put back into ±ε, as the paper has
 * it.
 * Deviation: at ε = 0 the authors' code leaves out the second loss, so that the mask learns at α times its rate; here it has its weight.
 * Deviation: toolboxes try thresholds and take the best by test data; here it is set beforehand.
 * Deviation: batches are those of the training, as for all defences; the authors take 128 images, drawn with replacement.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { anp, badnets, cleanSubset, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset, poisoned } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const clean = cleanSubset(dataset, { share: 0.2, without: poisoned });
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, mask: { steps: 2 } };
 * const { networks } = await trainDefence(anp, { device: referenceDevice(), dataset, clean, classifier, options });
 * console.log(Object.keys(networks).join()); // undefended
 * ```
 */
export const anp: Defence<OptionsOf<typeof options>> = {
  name: "anp",
  summary: "prunes neurons that, slightly perturbed, make the model fail on clean images",
  source: "Wu and Wang, Adversarial Neuron Pruning Purifies Backdoored Deep Models (NeurIPS 2021)",
  needs: "cleanSubset",
  options,
  async train<P extends object, S>(lab: Lab<P, S>, { threshold, mask, ...terms }: AnpOptions) {
    checkBatchNorms(lab, "anp");
    const { classifier } = lab;
    const network = await trainUndefended(lab, "undefended");
    const batchNorms = batchNormsOf(lab, network, "anp");
    const like = (make: (shape: readonly number[], i: number) => AnyTensor): PerNeuron =>
      batchNorms.map(({ params }, i) => make(params.gamma.shape, i));
    const optimizer = sgd({ momentum: 0.9 });
    const { state } = await lab.phase<TrainingMask>({
      name: "mask",
      title: "mask",
      images: "clean",
      stream: 2,
      length: { steps: mask.steps },
      augment: lab.training.clean.augment,
      rates: { lr: { kind: "constant", lr: mask.lr } },
      init() {
        const masks = like((shape) => ones(shape));
        return { masks, optimizer: optimizer.init(masks) };
      },
      passes: [
        ({ masks, optimizer: moments }, { images, labels }, { key, rates }) => {
          const [draw, own] = split(key, 2);
          const lossOf = (m: PerNeuron, perturbation?: Perturbation): AnyTensor => {
            const params = withNeurons(network.params, batchNorms, m, perturbation);
            return mean(
              crossEntropy(classifier.apply(params, network.stats, images, { train: true, key: own }).logits, labels),
            );
          };
          const drawn = (which: number): PerNeuron =>
            like((shape, i) => mul(uniform(foldIn(draw, 2 * i + which), shape, { from: -1, to: 1 }), terms.epsilon));
          const worst = worstOf((one) => lossOf(masks, one), { delta: drawn(0), xi: drawn(1) }, terms);
          const objective = (m: PerNeuron): AnyTensor =>
            add(mul(lossOf(m), terms.alpha), mul(lossOf(m, stopGradient(worst)), 1 - terms.alpha));
          const { value, gradient } = valueAndGrad(objective)(masks);
          const next = optimizer.update(gradient, moments, masks, { lr: rates["lr"]! });
          return {
            state: { masks: next.params.map(projectMask), optimizer: next.state },
            metrics: { loss: value },
          };
        },
      ],
    });
    const values = await Promise.all(state.masks.map((own) => own.data()));
    return {
      network: await prune(
        network,
        batchNorms,
        values.map((own) => maskedOut(own, threshold)),
        ["gamma"],
      ),
    };
  },
};

/** Where some steps of ascent lead from a perturbation. */
function worstOf(
  loss: (perturbation: Perturbation) => AnyTensor,
  drawn: Perturbation,
  { ascents, epsilon }: Pick<AnpOptions, "ascents" | "epsilon">,
): Perturbation {
  const step = { rate: epsilon / ascents, epsilon };
  let worst = drawn;
  for (let i = 0; i < ascents; i++) {
    const { delta, xi } = grad(loss)(worst);
    worst = {
      delta: worst.delta.map((own, at) => ascend(own, delta[at]!, step)),
      xi: worst.xi.map((own, at) => ascend(own, xi[at]!, step)),
    };
  }
  return worst;
}
