import type { OptionsOf } from "../../options/option.ts";
import type { Defence } from "../defence.ts";
import { trainUndefended } from "../undefended.ts";
import { principalComponents } from "./representations/principal-components.ts";
import type { ClassRows } from "./representations/representations-of.ts";
import { representationsOf } from "./representations/representations-of.ts";
import { twoMeans } from "./representations/two-means.ts";
import { trainWithout } from "./without-suspects.ts";

const options = {
  components: {
    kind: "integer",
    default: 10,
    from: 1,
    to: 1000,
    doc: "principal components of the representations in which a class is clustered; classes with no more images are passed over",
  },
  share: {
    kind: "number",
    default: 0.35,
    from: 0,
    to: 0.5,
    doc: "the smaller cluster of a class is dropped if it holds less than this share of the class",
  },
} as const;

/**
 * AC, activation clustering: trains as if nothing were wrong, and splits the representations z of each class in two: principal
 * components, then {@link twoMeans}. Poisoned images of a class were put there by the trigger and others by what they show, so they
 * may lie apart. A cluster that is small is taken for poison; a new model is trained without it.
 *
 * The suspicion of an image is 1 − the share of its class that lies in its cluster, the paper's relative size.
 *
 * Source: Chen et al., Detecting Backdoor Attacks on Deep Neural Networks by Activation Clustering (SafeAI 2019).
 *
 * Deviation: principal components, as toolboxes have it; the paper reduces by independent component analysis.
 * Deviation: a new model is trained; the paper also goes on from the first one with the suspects relabelled.
 * Deviation: classes with no more images than components are passed over; some of them always split one image off.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { ac, badnets, poison, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, components: 2 };
 * const { suspicion } = await trainDefence(ac, { device: referenceDevice(), dataset, classifier, options });
 * console.log(suspicion?.length); // 20
 * ```
 */
export const ac: Defence<OptionsOf<typeof options>> = {
  name: "ac",
  summary: "drops the smaller cluster of each class's representations, and trains again",
  source: "Chen et al., Detecting Backdoor Attacks on Deep Neural Networks by Activation Clustering (SafeAI 2019)",
  needs: "nothing",
  options,
  async train(lab, { components, share }) {
    const classes = await representationsOf(lab, await trainUndefended(lab, "undefended"));
    const { count } = lab.train;
    const [suspicion, suspects] = [new Float32Array(count), new Uint8Array(count)];
    for (const rows of classes) {
      const { members } = rows;
      if (members.length <= components) continue;
      const clusters = clustersOf(rows, components);
      const small = clusters.reduce((sum, cluster) => sum + cluster, 0) / members.length;
      members.forEach((i, row) => {
        suspicion[i] = clusters[row] === 1 ? 1 - small : small;
        suspects[i] = clusters[row] === 1 && small < share ? 1 : 0;
      });
    }
    return { network: await trainWithout(lab, suspects), suspicion, evidence: { dropped: suspects } };
  },
};

/** Per image of a class: 1 in the smaller cluster, else 0. */
function clustersOf({ centred, width }: ClassRows, components: number): Uint8Array {
  return twoMeans(principalComponents(centred, width, components), Math.min(components, width));
}
