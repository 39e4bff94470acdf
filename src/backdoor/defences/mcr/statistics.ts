import { crossEntropy } from "../../../nn/losses.ts";
import type { Network } from "../../../nn/network.ts";
import { mean } from "../../../tensor/ops/mean.ts";
import type { Lab } from "../../lab.ts";

/** Batches: of what the running statistics were before, 0.9¹⁰⁰ = 3·10⁻⁵ is left. */
const steps = 100;

/**
 * A network with running statistics of its own: 100 batches of clean images pass through it in training mode, and nothing but the
 * statistics moves. It is the last phase of a defence, named clean.
 *
 * @param network - a program; its statistics are where the running ones begin.
 */
export async function gatherStatistics<P extends object, S>(
  { classifier, training, ...lab }: Lab<P, S>,
  network: Network<P, S>,
): Promise<Network<P, S>> {
  const { state } = await lab.phase<Network<P, S>>({
    name: "clean",
    title: "statistics",
    images: "clean",
    stream: 4,
    length: { steps },
    evaluateEvery: steps, // once, at the end
    augment: training.clean.augment,
    rates: {},
    init: () => network,
    passes: [
      ({ params, stats }, { images, labels }, { key }) => {
        const { logits, stats: moved } = classifier.apply(params, stats, images, { train: true, key });
        return { state: { params, stats: moved }, metrics: { loss: mean(crossEntropy(logits, labels)) } };
      },
    ],
    network: (own) => own,
  });
  return state;
}
