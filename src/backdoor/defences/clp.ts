import type { OptionsOf } from "../../options/option.ts";
import type { Defence } from "../defence.ts";
import { trainUndefended } from "../undefended.ts";
import { batchNormsOf, checkBatchNorms } from "./pruning/batch-norms-of.ts";
import { highLipschitz, lipschitzOf } from "./pruning/lipschitz.ts";
import { prune } from "./pruning/prune.ts";

const options = {
  u: {
    kind: "number",
    default: 3,
    from: 0,
    to: 100,
    doc: "prune channels whose Lipschitz bound is so many standard deviations above their layer's mean; a layer of n channels has none more than (n − 1)/√n above",
  },
} as const;

/**
 * CLP, channel Lipschitz pruning: trains as if nothing were wrong, then prunes the channels that can change most for a small change of
 * the image: a trigger is one. See {@link channelLipschitz} for the bound; a channel is pruned if its bound is above mean + u ·
 * standard deviation of its layer's. It looks at no image at all.
 *
 * Pairs: a batch norm belongs to the convolution whose output it reads. One that reads a sum, as the first of a pre-activation block
 * does, has no kernel of its own and is not pruned.
 *
 * Source: Zheng et al., Data-free Backdoor Removal based on Channel Lipschitzness (ECCV 2022).
 *
 * Deviation: the authors' code pairs a batch norm with the last convolution before it in the order of modules. In pre-activation
 * networks that pairs it with a convolution of another block or with a shortcut, whose output it does not read.
 * Deviation: ε stands under the root, as in the forward pass; the authors' code leaves it out, and divides by 0 where a channel is dead.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, clp, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, u: 1 };
 * const { network } = await trainDefence(clp, { device: referenceDevice(), dataset, classifier, options });
 * console.log(String(network.params.layers[2]?.bn.gamma.shape)); // 8
 * ```
 */
export const clp: Defence<OptionsOf<typeof options>> = {
  name: "clp",
  summary: "prunes channels of a large Lipschitz bound, which a small change of an image can set off",
  source: "Zheng et al., Data-free Backdoor Removal based on Channel Lipschitzness (ECCV 2022)",
  needs: "nothing",
  options,
  async train(lab, { u }) {
    checkBatchNorms(lab, "clp");
    const network = await trainUndefended(lab);
    const batchNorms = batchNormsOf(lab, network, "clp");
    const bounds = await Promise.all(batchNorms.map(lipschitzOf));
    const channels = bounds.map((own) => (own === null ? [] : highLipschitz(own, u)));
    return { network: await prune(network, batchNorms, channels) };
  },
};
