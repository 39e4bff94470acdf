import type { BatchNormUse } from "../../nn/classifier.ts";
import type { OptionsOf } from "../../options/option.ts";
import { max } from "../../tensor/ops/extremum.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Defence } from "../defence.ts";
import { evaluationMode } from "../evaluation-mode.ts";
import { randomOrder } from "../random-order.ts";
import { trainUndefended } from "../undefended.ts";
import { batchNormsOf, checkBatchNorms } from "./pruning/batch-norms-of.ts";
import { channelEntropy, lowEntropy } from "./pruning/entropy.ts";
import { prune } from "./pruning/prune.ts";

const options = {
  u: {
    kind: "number",
    default: 3,
    from: 0,
    to: 100,
    doc: "prune channels whose entropy is so many standard deviations below their layer's mean; a layer of n channels has none more than (n − 1)/√n below",
  },
  images: {
    kind: "integer",
    default: 256,
    from: 2,
    to: 1_000_000,
    unit: "images",
    doc: "training images that the entropies are of, drawn at random; they must hold some poison",
  },
} as const;

/** Two key words of the draw: the same for every run. */
const draw = [0x656e7472, 0] as const;

/**
 * EP, entropy pruning: trains as if nothing were wrong, then looks at some training images, and prunes the channels that set a few of
 * them far apart from the others. For each channel of a batch norm's input it takes the maximum over all positions, per image; then
 * see {@link channelEntropy}. A channel is pruned if its entropy is below mean − u · standard deviation of its layer's.
 *
 * It needs no labels, no clean data and no poison rate; only some poison among the images. Released settings: u = 3, 256 images.
 *
 * Source: Zheng et al., Pre-activation Distributions Expose Backdoor Neurons (NeurIPS 2022).
 *
 * Deviation: values on the edge of a bin are counted; the authors' code drops them, the smallest value among them.
 * Deviation: bins begin at multiples of their width, not at the smallest value of the layer.
 * Deviation: channels that say the same of all images are left out of the layer's mean; the authors' code gives them entropy 0.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, ep, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, u: 1 };
 * const { network } = await trainDefence(ep, { device: referenceDevice(), dataset, classifier, options });
 * console.log(String(network.params.layers[2]?.bn.gamma.shape)); // 8
 * ```
 */
export const ep: Defence<OptionsOf<typeof options>> = {
  name: "ep",
  summary: "prunes channels that set a few training images far apart: those of low entropy",
  source: "Zheng et al., Pre-activation Distributions Expose Backdoor Neurons (NeurIPS 2022)",
  needs: "nothing",
  options,
  async train(lab, { u, images: most }) {
    checkBatchNorms(lab, "ep");
    const network = await trainUndefended(lab);
    const batchNorms = batchNormsOf(lab, network, "ep");
    const { count } = lab.train;
    const samples = randomOrder(draw, count).slice(0, Math.min(most, count));
    const maxima = await lab.observe(
      network,
      ({ params, stats }, { images }) => {
        const { batchNorms: uses = [] } = lab.classifier.apply(params, stats, images, evaluationMode);
        return Object.fromEntries(uses.map((use, layer) => [layer, maximaOf(use)]));
      },
      samples,
    );
    const channels = batchNorms.map(({ params }, layer) =>
      lowEntropy(channelEntropy(maxima[layer]!, params.gamma.shape[0]!), u),
    );
    return { network: await prune(network, batchNorms, channels) };
  },
};

/** Per image and channel, the maximum over all positions of what is normalized: `(n, c)`. */
function maximaOf({ input }: BatchNormUse): AnyTensor {
  const positions = input.shape.slice(1, -1).map((_, axis) => axis + 1);
  return positions.length === 0 ? input : max(input, { axis: positions });
}
