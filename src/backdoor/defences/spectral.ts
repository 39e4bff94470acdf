import type { OptionsOf } from "../../options/option.ts";
import type { Defence } from "../defence.ts";
import { trainUndefended } from "../undefended.ts";
import { principalComponents } from "./representations/principal-components.ts";
import { representationsOf } from "./representations/representations-of.ts";
import { trainWithout } from "./without-suspects.ts";

const options = {
  rate: {
    kind: "number",
    default: 0.1,
    from: 0,
    to: 1,
    doc: "ε: share of the whole training set that is poisoned at most; the method needs to be told",
  },
  factor: {
    kind: "number",
    default: 1.5,
    from: 0,
    to: 100,
    doc: "of each class, factor · ε · N images are dropped, N: images of the set; at most half of the class",
  },
} as const;

/**
 * SS, spectral signatures: trains as if nothing were wrong, and looks at the representations z of each class less their mean. Poisoned
 * images shift z in a direction of their own, which is then the one along which the class varies most. The score of an image is
 *
 *     τ = ((z − mean) · v)²,   v: the first right singular vector of the class
 *
 * Of each class, clean or not, the 1.5·ε·N images of the highest scores are dropped; a new model is trained on the others. τ is also
 * the suspicion.
 *
 * It must be told ε. A wrong one makes it drop too few images, or too many.
 *
 * Source: Tran, Li and Madry, Spectral Signatures in Backdoor Attacks (NeurIPS 2018).
 *
 * Deviation: no class loses more than half of its images. At ε = 10 % of ten equal classes, 1.5·ε·N is more than a class has;
 * toolboxes call the method not applicable there.
 *
 * @example
 * ```ts
 * import { referenceDevice } from "deconfound";
 * import { badnets, poison, spectral, trainDefence } from "deconfound/backdoor";
 * import { builtinDataset } from "deconfound/data";
 * import { smallConvNet } from "deconfound/nn";
 *
 * const { dataset } = await poison(badnets, builtinDataset({ count: 20, size: 12, classes: 2 }));
 * const classifier = smallConvNet({ channels: 3, classes: 2, width: 2 });
 * const options = { batch: 10, clean: { epochs: 1 }, rate: 0.1 };
 * const { suspicion } = await trainDefence(spectral, { device: referenceDevice(), dataset, classifier, options });
 * console.log(suspicion?.length); // 20
 * ```
 */
export const spectral: Defence<OptionsOf<typeof options>> = {
  name: "spectral",
  summary: "drops the images that lie farthest along the direction in which their class varies most, and trains again",
  source: "Tran, Li and Madry, Spectral Signatures in Backdoor Attacks (NeurIPS 2018)",
  needs: "poisonRate",
  options,
  async train(lab, { rate, factor }) {
    const classes = await representationsOf(lab, await trainUndefended(lab, "undefended"));
    const { count } = lab.train;
    const [suspicion, suspects] = [new Float32Array(count), new Uint8Array(count)];
    for (const { members, centred, width } of classes) {
      const scores = principalComponents(centred, width, 1).map((value) => value * value);
      const dropped = Math.min(Math.floor(factor * rate * count), Math.floor(members.length / 2));
      const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
      members.forEach((i, row) => {
        suspicion[i] = scores[row]!;
      });
      for (const row of order.slice(0, dropped)) suspects[members[row]!] = 1;
    }
    return { network: await trainWithout(lab, suspects), suspicion, evidence: { dropped: suspects } };
  },
};
